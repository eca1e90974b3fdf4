import { type contract, slot } from "@asyncio-ts/future/internal";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { afterEach, expect, test, vi } from "vitest";
import { offerObserve } from "../src/observers.js";

const observable = Symbol.for("asyncio-ts.observable");
const globals = globalThis as { [observable]?: (() => void)[] };

/** An observer that logs the jobs. */
function jobWatch(log: string[], name: string): contract.Observer {
  const ignore = (): void => {};
  return {
    taskMade: ignore,
    turnBegins: ignore,
    turnEnded: ignore,
    sliceBegins: ignore,
    scheduled: ignore,
    waitBegins: ignore,
    cancelRequested: ignore,
    taskEnded: ignore,
    jobMade: ({ functionName }) => void log.push(`${name}: ${functionName} made`),
    jobEnded: ({ functionName }) => void log.push(`${name}: ${functionName} ended`),
  };
}

afterEach(() => {
  delete globals[observable];
});

test("observers that were there before the library are let in once, in order", () => {
  const log: string[] = [];
  const stops: (() => void)[] = [];
  globals[observable] = ["one", "two"].map((name) => () => {
    stops.push(slot.observe?.(jobWatch(log, name)) as () => void);
  });
  slot.observe = undefined;
  offerObserve();
  offerObserve();
  slot.observer?.jobMade?.({ functionName: "f" });
  expect(log).toEqual(["one: f made", "two: f made"]);
  stops[0]?.();
  slot.observer?.jobEnded?.({ functionName: "f" });
  expect(log).toEqual(["one: f made", "two: f made", "two: f ended"]);
  stops[1]?.();
  expect(slot.observer).toBeUndefined();
});

test("a loop that is closed is forgotten when the next one is made", () => {
  offerObserve();
  const stop = slot.observe?.(jobWatch([], "one")) as () => void;
  const [closed, open] = [virtualLoop(), virtualLoop()];
  closed.close();
  const last = virtualLoop();
  const forgotten = vi.spyOn(partsOf(closed).scheduler, "removeWatch");
  const watched = vi.spyOn(partsOf(open).scheduler, "removeWatch");
  stop();
  expect([forgotten.mock.calls.length, watched.mock.calls.length]).toEqual([0, 1]);
  open.close();
  last.close();
});
