import { coroutine } from "@asyncio-ts/coroutine";
import type { ExceptionContext } from "@asyncio-ts/future";
import { EventLoop, type Executor } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Task } from "@asyncio-ts/task";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

function refresh(): void {}

async function iterate(loop: EventLoop): Promise<void> {
  loop.callSoon(() => loop.stop());
  await loop.runForever();
}

describe("handles", () => {
  it("show the name of the callback, and whether it was cancelled", () => {
    const loop = virtualLoop();
    const handle = loop.callSoon(refresh);
    expect(String(handle)).toMatch(/^<Handle .*refresh/);
    expect(String(handle)).not.toMatch(/cancelled/);
    handle.cancel();
    expect(String(handle)).toMatch(/^<Handle .*cancelled/);
    loop.close();
  });

  it("of timers show the name of the callback, when it is due, and whether it was cancelled", () => {
    const loop = virtualLoop();
    const timer = loop.callAt(123, refresh);
    expect(String(timer)).toMatch(/^<TimerHandle .*refresh/);
    expect(String(timer)).toMatch(/123/);
    timer.cancel();
    expect(String(timer)).toMatch(/^<TimerHandle .*cancelled/);
    expect(String(timer)).toMatch(/123/);
    loop.close();
  });

  it("show in debug mode where they were made, also once they are cancelled", () => {
    const loop = virtualLoop();
    loop.debug = true;
    for (const handle of [loop.callSoon(refresh), loop.callLater(10, refresh), loop.callAt(10, refresh)]) {
      expect(String(handle)).toMatch(/refresh.*event-loop-reports\.test\.ts:\d+/s);
      handle.cancel();
      expect(String(handle)).toMatch(/cancelled.*refresh.*event-loop-reports\.test\.ts:\d+/s);
    }
    loop.close();
  });
});

describe("errors that nobody can catch", () => {
  it("the report names the callback that threw, and has its handle", async () => {
    const loop = virtualLoop();
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => void reports.push(context));
    const handle = loop.callSoon(function breaking() {
      throw new RangeError("broken");
    });
    await iterate(loop);
    expect(reports.length).toBe(1);
    expect(reports[0]?.handle).toBe(handle);
    expect(reports[0]?.future).toBeUndefined();
    expect(reports[0]?.message).toMatch(/breaking/);
    loop.close();
  });

  it("a loop whose defaultExceptionHandler is broken prints both errors, and goes on", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const contexts: ExceptionContext[] = [];
    class BrokenLoop extends EventLoop {
      override defaultExceptionHandler(context: ExceptionContext): void {
        contexts.push(context);
        throw new TypeError("the default handler is broken");
      }
    }
    const loop = new BrokenLoop();
    const failing = () => {
      throw new RangeError("broken");
    };
    loop.callSoon(failing);
    await iterate(loop);
    expect(contexts.map(({ exception }) => exception)).toEqual([new RangeError("broken")]);
    expect(print.mock.calls.flat()).toContainEqual(new TypeError("the default handler is broken"));

    contexts.length = 0;
    print.mockClear();
    loop.setExceptionHandler(() => {
      throw new TypeError("the handler is broken");
    });
    loop.callSoon(failing);
    await iterate(loop);
    // Neither the error that was to be handled nor that of the handler is lost.
    const seen = contexts.map(({ exception }) => exception).concat(print.mock.calls.flat());
    expect(seen).toContainEqual(new RangeError("broken"));
    expect(seen).toContainEqual(new TypeError("the handler is broken"));
    loop.close();
  });
});

describe("runForever, stop, close", () => {
  it("a closed loop takes no tasks, and does not report the coroutine that it refused", async () => {
    const loop = virtualLoop();
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => void reports.push(context));
    loop.debug = true;
    loop.slowCallbackDuration = Infinity;
    const job = coroutine(async () => {});
    await loop.runUntilComplete(async () => {
      const closed = virtualLoop();
      closed.close();
      expect(() => new Task(job(), closed)).toThrow(/closed/);
    });
    loop.close();
    expect(reports).toEqual([]);
  });
});

describe("executors", () => {
  it("setDefaultExecutor takes only executors", () => {
    const loop = virtualLoop();
    expect(() => loop.setDefaultExecutor({} as Executor<never>)).toThrow(TypeError);
    expect(() => loop.setDefaultExecutor(undefined as unknown as Executor<never>)).toThrow(TypeError);
    loop.close();
  });
});
