import { spawn } from "node:child_process";
import { type EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { needing } from "@asyncio-ts/testkit/needing";
import { describe, expect, test } from "vitest";
import { toldUntilExhausted } from "./told-until-exhausted.js";

/** Runs a loop until something arrives from outside, and returns what it is told of having nothing left. */
async function toldUntilArrival(patience: number, begin: (arrive: () => void) => void): Promise<boolean[]> {
  const loop = virtualLoop({ patience });
  const told: boolean[] = [];
  const forget = partsOf(loop).host.whenExhausted((certain) => told.push(certain));
  const arrived = loop.createFuture<void>();
  begin(() => arrived.setResult());
  await loop.runUntilComplete(arrived);
  forget();
  return told;
}

describe("virtualLoop", () => {
  test("its host calls back later when the clock jumps over that time, and never jumps for it", async () => {
    const loop = virtualLoop({ patience: 50 });
    const { host } = partsOf(loop);
    const events: [string, number][] = [];
    const note = (name: string) => () => void events.push([name, loop.time()]);
    host.later?.(20, () => {
      note("later")();
      host.later?.(5, note("in between"));
      host.later?.(100, note("never"));
    });
    host.later?.(10, note("sooner"));
    loop.callLater(50, note("timer"));
    expect(await toldUntilExhausted(loop)).toEqual([false]);
    expect(events).toEqual([
      ["sooner", 10],
      ["later", 20],
      ["in between", 25],
      ["timer", 50],
    ]);
  });

  test("its host calls back later at the time of a timer, before that", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    partsOf(loop).host.later?.(10, () => events.push("later"));
    loop.callLater(10, () => {
      events.push("timer");
      loop.stop();
    });
    await loop.runForever();
    expect(events).toEqual(["later", "timer"]);
  });

  test("its clock does not jump for a wait that has ended", async () => {
    const { host } = partsOf(virtualLoop());
    host.wait(10, () => expect.unreachable())();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(host.now()).toBe(0);
  });

  test("its host is told of the end of the process", () => {
    const before = new Set(process.listeners("exit"));
    const called = (): void => {};
    partsOf(virtualLoop()).host.whenExiting(called);
    expect(process.listeners("exit").filter((listener) => !before.has(listener))).toEqual([called]);
    process.off("exit", called);
  });

  test("who has forgotten it is not told that nothing is left", async () => {
    const loop = virtualLoop({ patience: 10 });
    partsOf(loop).host.whenExhausted(() => expect.unreachable())();
    expect(await toldUntilExhausted(loop)).toEqual([false]);
  });

  test("its clock starts at 0, and jumps from timer to timer, in order", async () => {
    const loop = virtualLoop();
    const events: [string, number][] = [];
    const note = (name: string) => () => events.push([name, loop.time()]);
    loop.callLater(3_600_000, note("an hour"));
    loop.callLater(10, note("10 ms"));
    loop.callSoon(note("soon"));
    loop.callLater(86_400_000, () => loop.stop());
    await loop.runForever();
    expect(events).toEqual([
      ["soon", 0],
      ["10 ms", 10],
      ["an hour", 3_600_000],
    ]);
    expect(loop.time()).toBe(86_400_000);
  });

  test("time stands still while anything is ready", async () => {
    const loop = virtualLoop();
    const times: number[] = [];
    let left = 100;
    const again = (): void => {
      times.push(loop.time());
      if (--left > 0) loop.callSoon(again);
    };
    loop.callLater(5, () => loop.stop());
    loop.callSoon(again);
    await loop.runForever();
    expect(new Set(times)).toEqual(new Set([0]));
  });

  test("calls beforeTurn before each callback and timer, with what is about to run", async () => {
    const events: string[] = [];
    const turns: unknown[] = [];
    const loop = virtualLoop({
      beforeTurn(runnable) {
        turns.push(runnable);
        events.push("turn");
      },
    });
    const soon = loop.callSoon(() => events.push("soon"));
    const later = loop.callLater(10, () => {
      events.push("later");
      loop.stop();
    });
    await loop.runForever();
    expect(events).toEqual(["turn", "soon", "turn", "later"]);
    expect(turns).toEqual([soon, later]);
    expect(() => virtualLoop({ beforeTurn: 1 as never })).toThrow("beforeTurn of virtualLoop");
    expect(() => virtualLoop(5 as never)).toThrow(/^virtualLoop\(\) takes its options as an object/);
  });

  test("a turn belongs to its task, also if it is announced", async () => {
    const loop = virtualLoop({ beforeTurn() {} });
    const { scheduler } = partsOf(loop);
    const awaiters: unknown[] = [];
    scheduler.addWatch({ turnBegins: ({ awaiter }) => awaiters.push(awaiter), turnEnded() {} });
    const awaiter = new FakeTask();
    scheduler.schedule({ run: () => loop.stop(), awaiter });
    await loop.runForever();
    expect(awaiters).toEqual([awaiter]);
  });

  test("what comes from outside before the jump is not overtaken by a timer", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    loop.callLater(1, () => {
      events.push("timer");
      loop.stop();
    });
    setImmediate(() => loop.callSoon(() => events.push("outside")));
    await loop.runForever();
    expect(events).toEqual(["outside", "timer"]);
  });

  test("a timer that is set from outside, earlier than the next, comes first", async () => {
    const loop = virtualLoop();
    const events: string[] = [];
    loop.callLater(100, () => {
      events.push("100");
      loop.stop();
    });
    setImmediate(() => loop.callLater(50, () => events.push("50")));
    await loop.runForever();
    expect(events).toEqual(["50", "100"]);
  });

  test("it is the running loop inside its callbacks", async () => {
    const loop = virtualLoop();
    loop.callSoon(() => {
      expect(getRunningLoop()).toBe(loop);
      loop.stop();
    });
    await loop.runForever();
    expect.assertions(1);
  });

  test("it tells when nothing is left that could wake it, though a test runner holds the process", async () => {
    const loop = virtualLoop({ patience: 10 });
    loop.callLater(10, () => {});
    loop.callLater(Infinity, () => {});
    expect([await toldUntilExhausted(loop), loop.time()]).toEqual([[false], 10]);
  });
});

describe("a virtual loop with nothing to do waits for", () => {
  const worker = `
    const { parentPort } = require("node:worker_threads");
    parentPort.once("message", () => setTimeout(() => parentPort.postMessage("done"), 150));
  `;

  const answer = async (): Promise<Socket> => {
    const server = createServer((socket) => setTimeout(() => socket.end("."), 150)).listen(0);
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port);
    socket.once("data", () => server.close());
    await once(socket, "connect");
    return socket;
  };

  /** Begins something that takes longer than the loop is patient, and waits for its end. */
  async function waitsFor(
    begin: () => Promise<EventEmitter | ((done: () => void) => void)>,
    event: string,
  ): Promise<void> {
    const outside = await begin();
    const told = await toldUntilArrival(10, (arrive) => {
      if (typeof outside === "function") outside(arrive);
      else outside.once(event, arrive);
    });
    expect(told).toEqual([]);
  }

  test.each<[string, () => Promise<EventEmitter | ((done: () => void) => void)>, string]>([
    ["a timer of setTimeout", async () => (done) => void setTimeout(done, 150), ""],
    ["timers one after the other", async () => (done) => void setTimeout(() => setTimeout(done, 90), 90), ""],
    ["a child process", async () => spawn(process.execPath, ["-e", "setTimeout(() => {}, 100)"]), "exit"],
    ["a socket", answer, "data"],
  ])("%s.", needing("list of what holds the process"), (_, begin, event) => waitsFor(begin, event));

  test("a worker thread", needing("list of what holds the process, with its threads"), () =>
    waitsFor(async () => {
      const thread = new Worker(worker, { eval: true });
      await once(thread, "online");
      thread.once("message", () => thread.unref());
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      thread.postMessage("go");
      return thread;
    }, "message"),
  );

  test("what Node does not show for as long as it is patient", async () => {
    const told = await toldUntilArrival(60_000, (arrive) => void setTimeout(arrive, 150).unref());
    expect(told).toEqual([]);
  });

  test("nothing in a process that is about to exit", async () => {
    // Node does this when nothing holds the process; a worker of a test runner never comes to it.
    const loop = virtualLoop({ patience: 60_000 });
    setImmediate(() => setImmediate(() => process.emit("beforeExit", 0)));
    expect(await toldUntilExhausted(loop)).toEqual([true]);
  });

  test("two of them don't wait for each other", async () => {
    const loops = [virtualLoop({ patience: 10 }), virtualLoop({ patience: 10 })];
    const told: number[] = [];
    await Promise.all(
      loops.map(async (loop, index) => {
        const forget = partsOf(loop).host.whenExhausted(() => {
          told.push(index);
          loop.stop();
        });
        await loop.runForever();
        forget();
      }),
    );
    expect(told.length).toBe(2);
  });

  test("a time that is a number", () => {
    expect(() => virtualLoop({ patience: "long" as unknown as number })).toThrow(
      new TypeError('virtualLoop() needs a number of milliseconds, got "long"'),
    );
  });
});
