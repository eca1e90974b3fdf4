import { coroutine } from "@asyncio-ts/coroutine";
import { expect, test } from "vitest";
import { nameOfBody } from "../src/body-name.js";

test("the name of a body is that of its function, or of the function whose call it is", () => {
  async function fetchPage(): Promise<void> {}
  const call = coroutine(fetchPage)();
  expect([nameOfBody(fetchPage), nameOfBody(call)]).toEqual(["fetchPage", "fetchPage"]);
});

test("a body has no name if nothing tells that of its function", () => {
  const steps = Object.assign((function* named() {})(), { name: "of the generator" });
  const promise = Object.assign(Promise.resolve(), { name: "of the promise" });
  const numbered = Object.defineProperty(() => {}, "name", { value: 5 });
  const bodies = [async () => {}, steps, promise, { name: "of the object" }, numbered, undefined, null];
  expect(bodies.map(nameOfBody)).toEqual(["", "", "", "", "", "", ""]);
});

test("a body whose name can't be read has none", () => {
  const hostile = Object.defineProperty(() => {}, "name", {
    get(): string {
      throw new Error("no name");
    },
  });
  expect(nameOfBody(hostile)).toBe("");
});
