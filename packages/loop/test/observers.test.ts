import { type contract, slot } from "@asyncio-ts/future/internal";
import { afterEach, expect, test } from "vitest";
import { letEarlyObserversIn, observe } from "../src/observers.js";

const early = Symbol.for("asyncio-ts.early");
const globals = globalThis as { [early]?: ((begin: typeof observe) => void)[] };

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
  delete globals[early];
});

test("observers that were there before the library are let in once, in order", () => {
  const log: string[] = [];
  const stops: (() => void)[] = [];
  globals[early] = ["one", "two"].map((name) => (begin) => void stops.push(begin(jobWatch(log, name))));
  letEarlyObserversIn();
  letEarlyObserversIn();
  slot.observer?.jobMade?.({ functionName: "f" });
  expect(log).toEqual(["one: f made", "two: f made"]);
  stops[0]?.();
  slot.observer?.jobEnded?.({ functionName: "f" });
  expect(log).toEqual(["one: f made", "two: f made", "two: f ended"]);
  stops[1]?.();
  expect(slot.observer).toBeUndefined();
});
