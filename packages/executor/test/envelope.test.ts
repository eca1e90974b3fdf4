import { needing } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { deserialize, serialize } from "node:v8";
import { enclose, open } from "../src/envelope.js";
import { cloneForProcess } from "../src/clone.js";
import type { FromWorker, ToWorker } from "../src/messages.js";

const circle: Record<string, unknown> = {};
circle["self"] = circle;

/** Returns what the other side makes of a message, after Node has cloned what was sent. */
const sent = (message: ToWorker | FromWorker): unknown => open(deserialize(serialize(enclose(message))));

describe("a message between processes", () => {
  it.each<ToWorker | FromWorker>([
    { type: "ready" },
    { type: "run", name: "f", args: [1, "two", null, undefined, 3n, true] },
    { type: "value", value: "plain" },
    { type: "progress", value: undefined },
    { type: "value", value: { a: [1, { b: "two" }], c: Object.create(null) as unknown } },
  ])(
    "goes as it is where that does it no harm: %o",
    needing("channel to a process that refuses at once what can't be cloned"),
    (message) => {
      expect(enclose(message)).toBe(message);
      expect(sent(message)).toEqual(message);
    },
  );

  it.each<ToWorker | FromWorker>([
    { type: "run", name: "f", args: [1, { a: new Map([[1, new Date(0)]]) }] },
    { type: "value", value: [new Uint8Array(1)] },
    { type: "progress", value: { on: new Date(0) } },
    { type: "value", value: new Array(60).fill(1) },
    { type: "value", value: Array.from({ length: 9 }, () => [1, 2, 3, 4, 5]) },
    { type: "value", value: circle },
    { type: "error", error: { value: "thrown" } },
  ])("goes as bytes where there is more to it: %o", needing("`Serializer` in `node:v8`"), (message) => {
    expect(Object.keys(enclose(message))).toEqual(["envelope"]);
    expect(sent(message)).toEqual(message);
  });

  it("brings memory of its own, of the right size", needing("`Serializer` in `node:v8`"), () => {
    const numbers = new Float64Array(8).fill(0.5).subarray(2, 4);
    const { value } = sent({ type: "value", value: numbers }) as { value: Float64Array };
    expect([value, value.buffer.byteLength, value.byteOffset]).toEqual([numbers, 64, 16]);
    expect(sent({ type: "value", value: Buffer.from("a") })).toEqual({
      type: "value",
      value: new Uint8Array([97]),
    });
  });

  it("leaves alone what others send", () => {
    for (const other of [null, undefined, 3, "text", { envelope: "theirs" }, []])
      expect(open(other)).toBe(other);
  });

  it("is refused if it can't be read on arrival", () => {
    expect(() => open({ envelope: new Uint8Array([1, 2, 3]) })).toThrow(Error);
  });
});

describe("cloneForProcess", () => {
  it("refuses what processes don't share", () => {
    for (const shared of [new SharedArrayBuffer(8), new Int32Array(new SharedArrayBuffer(8))]) {
      expect(() => cloneForProcess({ shared })).toThrow("#<SharedArrayBuffer> could not be cloned");
    }
  });
});
