import { TimerHandle } from "@asyncio-ts/loop";
import { describe, expect, test } from "vitest";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";

describe("Handle", () => {
  test("a handle that was cancelled is not called", () => {
    const { loop, host } = fakeLoop();
    const called: string[] = [];
    loop.callSoon(() => called.push("first"));
    const cancelled = loop.callSoon(() => called.push("cancelled"));
    loop.callSoon(() => called.push("last"));
    cancelled.cancel();
    host.flush();
    expect(called).toEqual(["first", "last"]);
    expect(cancelled.cancelled()).toBe(true);
  });

  test("a callback can cancel one that is ready in the same iteration", () => {
    const { loop, host } = fakeLoop();
    const called: string[] = [];
    loop.callSoon(() => second.cancel());
    const second = loop.callSoon(() => called.push("second"));
    host.flush();
    expect(called).toEqual([]);
  });

  test("a callback without arguments gets none", () => {
    const { loop, host } = fakeLoop();
    const seen: unknown[][] = [];
    loop.callSoon((...args: unknown[]) => seen.push(args));
    loop.callLater(0, (...args: unknown[]) => seen.push(args));
    host.flush();
    expect(seen).toEqual([[], []]);
  });

  test("it can be cancelled twice, and after it was called", () => {
    const { loop, host } = fakeLoop();
    const called: string[] = [];
    const handle = loop.callSoon(() => called.push("called"));
    expect(handle.cancelled()).toBe(false);
    host.flush();
    handle.cancel();
    handle.cancel();
    host.flush();
    expect(called).toEqual(["called"]);
    expect(handle.cancelled()).toBe(true);
  });
});

describe("TimerHandle", () => {
  test("it prints what it calls and when, until it is cancelled", () => {
    const { loop } = fakeLoop();
    const timer = loop.callAt(99, function ring() {});
    expect(String(timer)).toBe("<TimerHandle ring() when=99>");
    timer.cancel();
    expect(String(timer)).toBe("<TimerHandle cancelled when=99>");
  });

  test("when() is the time of the loop at which it is due", () => {
    const { loop, host } = fakeLoop();
    host.advance(5);
    const timer = loop.callLater(10, () => {});
    expect(timer).toBeInstanceOf(TimerHandle);
    expect(timer.when()).toBe(15);
    expect(loop.callAt(99, () => {}).when()).toBe(99);
  });

  test("a timer that was cancelled is not called, and the loop does not wake for it", () => {
    const { loop, host } = fakeLoop();
    const called: string[] = [];
    const early = loop.callLater(10, () => called.push("early"));
    loop.callLater(20, () => called.push("late"));
    early.cancel();
    host.flush();
    expect(host.waits.at(-1)).toBe(20);
    host.advance(20);
    expect(called).toEqual(["late"]);
    expect(early.cancelled()).toBe(true);
  });

  test("a timer that is due can still be cancelled by what runs before it", () => {
    const { loop, host } = fakeLoop();
    const called: string[] = [];
    loop.callLater(10, () => {
      called.push("first");
      second.cancel();
    });
    const second = loop.callLater(10, () => called.push("second"));
    host.flush();
    host.advance(10);
    expect(called).toEqual(["first"]);
  });
});

describe("in debug mode", () => {
  test("a handle names its callback also when it was cancelled, and the place where it was scheduled", () => {
    const { loop } = fakeLoop({ debug: true });
    const tick = (): void => {};
    const handle = loop.callSoon(tick);
    const place = /, made\n *at .*handle\.test\.ts/;
    expect(String(handle)).toMatch(/^<Handle tick\(\), made\n/);
    expect(String(handle)).toMatch(place);
    handle.cancel();
    expect(String(handle)).toMatch(/^<Handle cancelled tick\(\), made\n/);
    const timer = loop.callAt(7, tick);
    expect(String(timer)).toMatch(/^<TimerHandle tick\(\) when=7, made\n/);
  });
});
