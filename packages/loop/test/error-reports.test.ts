import type { ExceptionContext } from "@asyncio-ts/future";
import { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { reportsOf } from "./reports-of.js";

describe("the exception handler", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("an error that a callback throws is reported with its handle, and the loop goes on", () => {
    const { loop, host } = fakeLoop();
    const reports = reportsOf(loop);
    const events: string[] = [];
    const error = new Error("thrown");
    const handle = loop.callSoon(() => {
      throw error;
    });
    loop.callSoon(() => events.push("next"));
    host.flush();
    expect(events).toEqual(["next"]);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.exception).toBe(error);
    expect(reports[0]?.message).toMatch(/a callback of the .*loop,? threw an error/);
    expect(reports[0]?.future ?? reports[0]?.handle).toBe(handle);
  });

  test("an error of an async callback is reported too", async () => {
    const loop = virtualLoop();
    const reports = reportsOf(loop);
    loop.callSoon(async () => {
      await undefined;
      throw new Error("rejected");
    });
    loop.callLater(1, () => loop.stop());
    await loop.runForever();
    expect(reports.map((report) => report.exception)).toEqual([new Error("rejected")]);
  });

  test("by default it writes to console.error", () => {
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const { loop } = fakeLoop();
    const exception = new Error("reason");
    loop.callExceptionHandler({ message: "with an error", exception });
    loop.callExceptionHandler({ message: "without" });
    expect(written).toEqual([["with an error", exception], ["without"]]);
  });

  test("it can be replaced, asked for, and taken back", () => {
    const { loop } = fakeLoop();
    const written: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((message: unknown) => written.push(message));
    const handled: string[] = [];
    const handler = (from: EventLoop, context: ExceptionContext): void => {
      expect(from).toBe(loop);
      handled.push(context.message);
    };
    expect(loop.getExceptionHandler()).toBeUndefined();
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    loop.callExceptionHandler({ message: "handled" });
    loop.setExceptionHandler(undefined);
    loop.callExceptionHandler({ message: "default" });
    expect([handled, written]).toEqual([["handled"], ["default"]]);
  });

  test("a handler may pass on to the default one", () => {
    const { loop } = fakeLoop();
    const written: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((message: unknown) => written.push(message));
    loop.setExceptionHandler((from, context) => from.defaultExceptionHandler(context));
    loop.callExceptionHandler({ message: "passed on" });
    expect(written).toEqual(["passed on"]);
  });

  test("an error in the handler is reported by the default one, and so is what it was told", () => {
    const { loop } = fakeLoop();
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const bad = new Error("in the handler");
    loop.setExceptionHandler(() => {
      throw bad;
    });
    loop.callExceptionHandler({ message: "told" });
    expect(written).toEqual([["the exception handler of the loop threw an error", bad], ["told"]]);
  });

  test("an error in a default handler is printed, and so is what it was told", () => {
    const { loop } = fakeLoop();
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const bad = new Error("in the default handler");
    loop.defaultExceptionHandler = () => {
      throw bad;
    };
    loop.callExceptionHandler({ message: "told" });
    expect(written).toEqual([["the default exception handler of the loop threw an error", bad], ["told"]]);
  });

  test("an async handler that rejects is reported as one that throws is", async () => {
    const { loop } = fakeLoop();
    const written: unknown[][] = [];
    vi.spyOn(console, "error").mockImplementation((...parts: unknown[]) => written.push(parts));
    const bad = new Error("in the handler");
    loop.setExceptionHandler(async () => {
      await undefined;
      throw bad;
    });
    loop.callExceptionHandler({ message: "told" });
    expect(written).toEqual([]);
    await new Promise(setImmediate);
    expect(written).toEqual([["the exception handler of the loop threw an error", bad], ["told"]]);
  });

  test("if even console.error throws, the loop goes on", () => {
    const { loop, host } = fakeLoop();
    vi.spyOn(console, "error").mockImplementation(() => {
      throw new Error("the console is broken");
    });
    const events: string[] = [];
    loop.callSoon(() => {
      throw new Error("in a callback");
    });
    loop.callSoon(() => events.push("next"));
    host.flush();
    expect(events).toEqual(["next"]);
  });

  test.each([undefined, null, "oops"])("a report must be an object, and not %j", (context) => {
    const { loop } = fakeLoop();
    const wrong = context as unknown as ExceptionContext;
    const got = `needs an object with a message, got ${JSON.stringify(context)}`;
    expect(() => loop.callExceptionHandler(wrong)).toThrow(new TypeError(`callExceptionHandler() ${got}`));
    expect(() => loop.defaultExceptionHandler(wrong)).toThrow(
      new TypeError(`defaultExceptionHandler() ${got}`),
    );
  });

  test("it must be a function", () => {
    const { loop } = fakeLoop();
    expect(() => loop.setExceptionHandler("log" as unknown as () => void)).toThrow(
      new TypeError('setExceptionHandler() needs a function, or undefined for the default, got "log"'),
    );
  });
});
