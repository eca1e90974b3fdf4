import { describe, expect, it } from "vitest";
import { threadCloneCheck } from "../src/clone.js";
import type { FromWorker } from "../src/messages.js";
import { OutgoingCalls } from "../src/outgoing-calls.js";
import { pack } from "../src/packed.js";

/** Calls, and what was sent. */
function open() {
  const sent: FromWorker[] = [];
  const calls = new OutgoingCalls((message) => void sent.push(message));
  return { sent, calls };
}

/** Tells whether a promise is settled once all that is queued has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  await new Promise(setImmediate);
  return settled;
}

describe("the calls of a worker", () => {
  it("are numbered, and settled by the answer of their number, in any order", async () => {
    const { sent, calls } = open();
    const first = calls.call("f", [1], undefined);
    const second = calls.call("g", [], undefined);
    expect(sent).toEqual([
      { type: "call", id: 1, name: "f", args: [1] },
      { type: "call", id: 2, name: "g", args: [] },
    ]);
    calls.answered({
      type: "refusal",
      id: 2,
      error: pack(new RangeError("no"), threadCloneCheck),
      isCancelled: false,
    });
    calls.answered({ type: "answer", id: 1, value: "yes" });
    expect(await first).toBe("yes");
    await expect(second).rejects.toThrow(new RangeError("no"));
  });

  it("stay pending when their job ends, and an answer that crosses it settles no later call", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const left = calls.call("f", [], controller.signal);
    calls.jobEnded();
    const next = calls.call("f", [], undefined);
    calls.answered({ type: "answer", id: 1, value: "for the job before" });
    controller.abort();
    expect([await isSettled(left), await isSettled(next)]).toEqual([false, false]);
    expect(sent.map(({ type }) => type)).toEqual(["call", "call"]);
    calls.answered({ type: "answer", id: 2, value: "for this one" });
    expect(await next).toBe("for this one");
  });

  it("that a signal has cancelled take no answer any more", async () => {
    const { sent, calls } = open();
    const controller = new AbortController();
    const call = calls.call("f", [], controller.signal);
    controller.abort(new Error("enough"));
    calls.answered({ type: "answer", id: 1, value: "too late" });
    await expect(call).rejects.toThrow("enough");
    expect(sent).toEqual([
      { type: "call", id: 1, name: "f", args: [] },
      { type: "cancel", id: 1, message: "enough" },
    ]);
  });

  it("that can't be sent are none", async () => {
    const calls = new OutgoingCalls(() => {
      throw new TypeError("can't be sent");
    });
    const controller = new AbortController();
    await expect(calls.call("f", [], controller.signal)).rejects.toThrow("can't be sent");
    // Nothing is sent for it.
    controller.abort();
  });
});
