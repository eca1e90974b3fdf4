import { getEventListeners } from "node:events";
import { collectGarbage } from "@asyncio-ts/testkit";
import { expect, test, vi } from "vitest";
import { followSignals } from "../src/followed-signals.js";

const listenersOf = (...controllers: AbortController[]): number[] =>
  controllers.map(({ signal }) => getEventListeners(signal, "abort").length);

function twoSources(): [AbortController, AbortController, AbortSignal[]] {
  const [first, second] = [new AbortController(), new AbortController()];
  return [first, second, [first.signal, second.signal]];
}

test("the first signal that is aborted gives the reason, and none is followed any longer", () => {
  const [first, second, signals] = twoSources();
  const controller = new AbortController();
  followSignals(controller, signals);
  expect([listenersOf(first, second), controller.signal.aborted]).toEqual([[1, 1], false]);
  second.abort("the second");
  first.abort("the first");
  expect([listenersOf(first, second), controller.signal.reason]).toEqual([[0, 0], "the second"]);
});

test("a signal that is aborted already aborts at once, the first of several", () => {
  const [first, , signals] = twoSources();
  const controller = new AbortController();
  followSignals(controller, [...signals, AbortSignal.abort("before"), AbortSignal.abort("later")]);
  expect([listenersOf(first), controller.signal.reason]).toEqual([[0], "before"]);
});

test("once it is told so, it follows none", () => {
  const [first, second, signals] = twoSources();
  const controller = new AbortController();
  followSignals(controller, signals)();
  first.abort();
  expect([listenersOf(first, second), controller.signal.aborted]).toEqual([[0, 0], false]);
});

test("a signal has one listener for all that follow it, as Node 20 warns of more than ten", () => {
  const [first, second, signals] = twoSources();
  const ends = Array.from({ length: 20 }, () => followSignals(new AbortController(), signals));
  expect(listenersOf(first, second)).toEqual([1, 1]);
  const last = ends.pop();
  for (const end of ends) end();
  expect(listenersOf(first, second)).toEqual([1, 1]);
  last?.();
  expect(listenersOf(first, second)).toEqual([0, 0]);
});

test("a controller that has been collected is not followed for, and one that has not is", async () => {
  const [first, second, signals] = twoSources();
  const kept = new AbortController();
  const end = followSignals(kept, signals);
  for (let count = 0; count < 100; count++) followSignals(new AbortController(), signals);
  await collectGarbage();
  expect(listenersOf(first, second)).toEqual([1, 1]);
  end();
  for (let round = 0; round < 20 && listenersOf(first)[0] !== 0; round++) await collectGarbage();
  expect(listenersOf(first, second)).toEqual([0, 0]);
  // A mention after the collection, without which it may be collected too.
  expect(kept.signal.aborted).toBe(false);
});

test("what holds its controller is aborted after the garbage collector has run", async () => {
  const [first, , signals] = twoSources();
  const kept = new AbortController();
  followSignals(kept, signals);
  await collectGarbage();
  first.abort("still followed");
  expect(kept.signal.reason).toBe("still followed");
});

test("a controller that has been collected, as nobody has noticed yet, does not keep others from being aborted", () => {
  const [first, , signals] = twoSources();
  const collected = class {
    deref(): void {}
  };
  vi.stubGlobal("WeakRef", collected);
  followSignals(new AbortController(), signals);
  vi.unstubAllGlobals();
  const kept = new AbortController();
  followSignals(kept, signals);
  first.abort("the first");
  expect(kept.signal.reason).toBe("the first");
});
