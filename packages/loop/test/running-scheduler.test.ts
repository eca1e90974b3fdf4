import { Future } from "@asyncio-ts/future";
import { EventLoop, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { describe, expect, test } from "vitest";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";

describe("newEventLoop", () => {
  test("it makes a loop of its own each time, which does not run by itself", () => {
    const loop = newEventLoop();
    expect(loop).toBeInstanceOf(EventLoop);
    expect(loop).not.toBe(newEventLoop());
    expect(loop.isRunning()).toBe(false);
  });

  test("it takes the options of a loop", () => {
    expect(newEventLoop({ debug: true }).debug).toBe(true);
    expect(newEventLoop({ debug: false }).debug).toBe(false);
  });
});

describe("getRunningLoop", () => {
  test("outside of every loop it gives the default one, which runs, and is always the same", () => {
    const loop = getRunningLoop();
    expect(loop.isRunning()).toBe(true);
    expect(getRunningLoop()).toBe(loop);
  });

  test("inside a callback it gives the loop that calls it, and the default one after that", () => {
    const { loop, host } = fakeLoop();
    const seen: EventLoop[] = [];
    loop.callSoon(() => seen.push(getRunningLoop()));
    host.flush();
    expect(seen).toEqual([loop]);
    expect(getRunningLoop()).not.toBe(loop);
  });

  test("a callback that runs another loop's host gets its own loop back", () => {
    const outer = fakeLoop();
    const inner = fakeLoop();
    const seen: string[] = [];
    const name = (): string => (getRunningLoop() === outer.loop ? "outer" : "inner");
    inner.loop.callSoon(() => seen.push(name()));
    outer.loop.callSoon(() => {
      seen.push(name());
      inner.host.flush();
      seen.push(name());
    });
    outer.host.flush();
    expect(seen).toEqual(["outer", "inner", "outer"]);
  });

  test("the default loop calls back without run(), in order, and never synchronously", async () => {
    const events: string[] = [];
    const loop = getRunningLoop();
    const finished = new Future<void>();
    loop.callSoon(() => events.push("first"));
    loop.callSoon(() => {
      events.push("second");
      loop.callSoon(() => {
        events.push("third");
        finished.setResult();
      });
    });
    events.push("synchronous");
    await finished;
    expect(events).toEqual(["synchronous", "first", "second", "third"]);
  });

  test("a future made outside of every loop belongs to the default one", () => {
    expect(new Future().getLoop()).toBe(getRunningLoop());
  });
});
