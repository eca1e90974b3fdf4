import { EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { isEventLoop, partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { expect, expectTypeOf, test } from "vitest";

test("a loop leads to its scheduler, which leads back", () => {
  const loop = newEventLoop();
  expect(partsOf(loop).scheduler.loop).toBe(loop);
});

test("a program sees what Python's loop has, and nothing that only the packages of this library call", () => {
  expectTypeOf<keyof EventLoop>().toEqualTypeOf<
    | "addSignalHandler"
    | "callAt"
    | "callExceptionHandler"
    | "callLater"
    | "callSoon"
    | "close"
    | "createFuture"
    | "debug"
    | "defaultExceptionHandler"
    | "getExceptionHandler"
    | "isClosed"
    | "isRunning"
    | "removeSignalHandler"
    | "runForever"
    | "runInExecutor"
    | "runUntilComplete"
    | "setDefaultExecutor"
    | "setExceptionHandler"
    | "shutdownDefaultExecutor"
    | "slowCallbackDuration"
    | "stop"
    | "time"
    | "toString"
  >();
});

test("event loops are told from everything else", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect([newEventLoop(), virtualLoop(), new (class extends EventLoop {})()].map(isEventLoop)).toEqual([
    true,
    true,
    true,
  ]);
  expect([undefined, null, 1, "loop", {}, () => {}, proxy].some(isEventLoop)).toBe(false);
});
