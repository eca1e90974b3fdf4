import { EventLoop } from "@asyncio-ts/loop";
import { deprecate } from "node:util";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, beforeEach, describe, expect, type TestOptions, test, vi } from "vitest";
import { detectHost, type Host } from "../src/host.js";
import { type contract, realTime, slot } from "@asyncio-ts/future/internal";

const ports: { unref?(): void }[] = [];

/** Makes something as if in a browser: there is no process, and no setImmediate. */
function inABrowser<T>(make: () => T): T {
  // No longer than that: vitest puts `process.nextTick` back to what it was when it sent a message, whenever
  // that is.
  vi.stubGlobal("process", undefined);
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", NotedChannel);
  try {
    return make();
  } finally {
    vi.unstubAllGlobals();
  }
}

const { MessageChannel } = globalThis;

/** Node lets an open port with a listener hold the process; browsers don't. */
class NotedChannel extends MessageChannel {
  constructor() {
    super();
    ports.push(this.port1, this.port2);
  }
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const port of ports) port.unref?.();
});

/** Tests what every host does; `make` calls what it is given in its runtime. */
function keepsTheContract(make: <T>(create: () => T) => T, draining: TestOptions = {}): void {
  const name = "afterMicrotasks() calls back once the microtask queue has drained, however long it gets";
  test(name, draining, async () => {
    const host = make(detectHost);
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      host.afterMicrotasks(() => {
        events.push("after");
        resolve();
      });
      let left = 20;
      const again = (): void => {
        if (--left > 0) queueMicrotask(again);
        else events.push("microtasks drained");
      };
      queueMicrotask(again);
    });
    expect(events).toEqual(["microtasks drained", "after"]);
  });

  test("afterMicrotasks() keeps the order of its calls", async () => {
    const host = make(detectHost);
    const events: number[] = [];
    await new Promise<void>((resolve) => {
      for (const i of [1, 2, 3]) host.afterMicrotasks(() => events.push(i));
      host.afterMicrotasks(resolve);
    });
    expect(events).toEqual([1, 2, 3]);
  });

  test("afterEvents() calls back later than everything that is on the microtask queue", async () => {
    const host = make(detectHost);
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      host.afterEvents(() => {
        events.push("event");
        resolve();
      });
      host.afterMicrotasks(() => events.push("microtasks"));
    });
    expect(events).toContain("event");
  });

  test("now() does not go back", () => {
    const host = make(detectHost);
    const first = host.now();
    expect(host.now()).toBeGreaterThanOrEqual(first);
  });

  test("a loop runs on it, in order", async () => {
    const loop = make(() => new EventLoop());
    const events: string[] = [];
    loop.callSoon(async () => {
      await undefined;
      events.push("a");
      loop.callSoon(() => events.push("c"));
    });
    loop.callSoon(() => events.push("b"));
    loop.callLater(0, () => {
      events.push("timer");
      loop.callSoon(() => loop.stop());
    });
    await loop.runForever();
    expect(events.filter((event) => event !== "timer")).toEqual(["a", "b", "c"]);
    expect(events).toContain("timer");
  });
}

/** Runs two callbacks with microtasks of their own on a loop, and returns the order of events. */
async function turnsOf(loop: EventLoop): Promise<string[]> {
  const events: string[] = [];
  let ended = 0;
  const step = async (name: string): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await undefined;
      events.push(`${name}${i}`);
    }
    loop.callSoon(() => {
      events.push(`${name} end`);
      if (++ended === 2) loop.stop();
    });
  };
  for (const name of ["a", "b"]) {
    loop.callSoon(() => {
      slot.microtasksQueued = true;
      void step(name);
    });
  }
  await loop.runForever();
  loop.close();
  return events;
}

/** The order where the microtasks of a turn drain before the next one. */
const inOrder = ["a0", "a1", "a2", "b0", "b1", "b2", "a end", "b end"];

describe("the host of Node, Bun and Deno", () => {
  keepsTheContract((create) => create());

  test("afterMicrotasks() comes before timers and I/O", async () => {
    const host = detectHost();
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        events.push("immediate");
        resolve();
      });
      host.afterMicrotasks(() => host.afterMicrotasks(() => events.push("twice after microtasks")));
    });
    expect(events).toEqual(["twice after microtasks", "immediate"]);
  });

  test("whenExhausted() is told when the process is about to exit, until it is taken off", () => {
    const host = detectHost();
    const seen: boolean[] = [];
    const end = host.whenExhausted((certain) => seen.push(certain));
    process.emit("beforeExit", 0);
    end();
    process.emit("beforeExit", 0);
    expect(seen).toEqual([true]);
  });

  test("onSignal() is told of each signal, until it is taken off", ({ skip }) => {
    skip(process.platform === "win32", "Windows has no SIGUSR2");
    const host = detectHost();
    const seen: string[] = [];
    const before = process.listenerCount("SIGUSR2");
    const end = host.onSignal("SIGUSR2", () => seen.push("signal"));
    process.emit("SIGUSR2");
    process.emit("SIGUSR2");
    end();
    expect(seen).toEqual(["signal", "signal"]);
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });

  test.each(["SIGKILL", "SIGSTOP"])("onSignal() refuses %s, which no process can handle", (signal) => {
    vi.spyOn(process, "on").mockReturnValue(process); // Other runtimes take it.
    expect(() => detectHost().onSignal(signal, () => {})).toThrow(
      new TypeError(`no process can handle ${signal}; write, for instance, "SIGTERM"`),
    );
  });

  test("where Node calls _tickCallback deprecated, it is left alone, and turns come in the same order", async () => {
    const original = Reflect.get(process, "_tickCallback") as unknown;
    expect(await turnsOf(new EventLoop())).toEqual(inOrder);
    let calls = 0;
    const deprecated = deprecate(
      function runNextTicks() {
        calls++;
      },
      "message",
      "DEP0134",
    );
    try {
      Object.assign(process, { _tickCallback: deprecated });
      expect(detectHost().drainMicrotasks).toBeUndefined();
      expect(await turnsOf(new EventLoop())).toEqual(inOrder);
      expect(calls).toBe(0);
    } finally {
      Object.assign(process, { _tickCallback: original });
    }
  });
});

describe("the host of a runtime whose process lacks something", () => {
  /** Makes a host where members of the process are others. */
  function hostWhere(members: Record<string, unknown>, time?: contract.RealTime): Host {
    const others = Object.entries(members).map(([name, value]) => [name, { value }]);
    vi.stubGlobal("process", Object.create(process, Object.fromEntries(others)));
    try {
      return detectHost(time);
    } finally {
      vi.unstubAllGlobals();
    }
  }

  test("can't drain the microtasks without Node's function for that", () => {
    expect(hostWhere({ _tickCallback: undefined }).drainMicrotasks).toBeUndefined();
  });

  test.each([
    ["no built-in modules", undefined],
    ["none of that name", () => undefined],
  ])("listens for any signal where there are %s", (_, getBuiltinModule) => {
    const listened: string[] = [];
    const on = (event: string): unknown => listened.push(event);
    const off = (event: string): unknown => listened.push(`not ${event}`);
    hostWhere({ getBuiltinModule, on, off }).onSignal("SIGFOO", () => {})();
    expect(listened).toEqual(["SIGFOO", "not SIGFOO"]);
  });

  test.each([
    ["a process", { process: undefined }],
    ["nextTick", { process: {} }],
    ["setImmediate", { setImmediate: undefined }],
  ])("without %s is that of browsers", async (_, missing) => {
    const { process: real } = globalThis;
    const time = { ...timeOfGlobals(), setImmediate: undefined };
    const names = Object.entries({ MessageChannel: NotedChannel, ...missing });
    for (const [name, value] of names) vi.stubGlobal(name, value);
    let host: Host;
    try {
      host = detectHost(time);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(process).toBe(real);
    expect(host.drainMicrotasks).toBeUndefined();
    await new Promise<void>((resolve) => host.afterEvents(resolve));
  });

  describe("that can't tell when it is about to exit", () => {
    let timers: { readonly callback: () => void; readonly delay: number }[] = [];
    let now = 0;

    beforeEach(() => {
      [timers, now] = [[], 0];
      vi.spyOn(realTime, "now").mockImplementation(() => now);
      vi.spyOn(realTime, "setTimeout").mockImplementation((callback, delay) => {
        timers.push({ callback, delay });
        return {};
      });
    });

    /** Bun, whose thread spins unless a timer holds it. */
    const bun = (): Host => {
      const threadCpuUsage = (): object => ({ user: now * 1000, system: 0 });
      return hostWhere({ versions: { bun: "1.4.5" }, threadCpuUsage, on() {}, off() {} });
    };

    test("watches a wait without a deadline, if somebody wants to know of the end", () => {
      const host = bun();
      host.wait(undefined, () => {})();
      expect(timers).toEqual([]);
      const forget = host.whenExhausted(() => {});
      const end = host.wait(undefined, () => {});
      expect(timers.map(({ delay }) => delay)).toEqual([100]);
      end();
      timers = [];
      host.wait(host.now() + 7, () => {})();
      expect(timers.map(({ delay }) => delay)).toEqual([7]);
      timers = [];
      forget();
      host.wait(undefined, () => {})();
      expect(timers).toEqual([]);
    });

    test("tells all who want to know, for certain, also those that one of them takes off", () => {
      vi.spyOn(Math, "random").mockReturnValue(0.9);
      const host = bun();
      const told: [string, boolean][] = [];
      host.whenExhausted((certain) => {
        told.push(["first", certain]);
        forget();
        end();
      });
      const forget = host.whenExhausted((certain) => void told.push(["second", certain]));
      const end = host.wait(undefined, () => {});
      for (let i = 0; i < 50 && timers.length > 0; i++) {
        const { callback, delay } = timers.shift() as (typeof timers)[number];
        now += delay;
        callback();
      }
      expect(told).toEqual([
        ["first", true],
        ["second", true],
      ]);
    });

    test("is not watched where beforeExit tells all", () => {
      const host = hostWhere({ versions: { node: "24.0.0" }, on() {}, off() {} });
      host.whenExhausted(() => {});
      host.wait(undefined, () => {})();
      expect(timers).toEqual([]);
    });
  });
});

describe("the host of browsers", () => {
  describe("its contract", () =>
    keepsTheContract(inABrowser, needing("messages that wait for the microtasks")));

  test("it needs neither process nor setImmediate, and has no signals and no exit", async () => {
    const host = inABrowser(() => {
      const host = detectHost();
      host.onSignal("SIGINT", () => expect.unreachable())();
      host.whenExhausted(() => expect.unreachable())();
      return host;
    });
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      host.afterMicrotasks(() => events.push("first"));
      host.afterEvents(() => {
        events.push("second");
        resolve();
      });
      queueMicrotask(() => events.push("microtask"));
    });
    expect(events).toEqual(["microtask", "first", "second"]);
  });

  test("a loop runs on it", async () => {
    const loop = inABrowser(() => new EventLoop());
    const events: string[] = [];
    loop.callSoon(async () => {
      await undefined;
      await undefined;
      events.push("a");
    });
    loop.callSoon(() => {
      events.push("b");
      loop.stop();
    });
    await loop.runForever();
    expect(events).toEqual(["a", "b"]);
  });
});

type Listener = (event: { stopImmediatePropagation(): void }) => void;

/** The number of messages that browser channels have dispatched. */
let messages = 0;

/** Dispatches as a browser does: the microtask queue drains after each listener. */
class BrowserChannel {
  private readonly listeners: Listener[] = [];
  readonly port1 = {
    addEventListener: (event: string, listener: Listener): void => {
      if (event === "message") this.listeners.push(listener);
    },
    start: (): void => {},
  };
  readonly port2 = { postMessage: (): void => void setImmediate(() => this.dispatch()) };

  private async dispatch(): Promise<void> {
    messages++;
    let stopped = false;
    // Those that are added meanwhile are not called.
    for (const listener of this.listeners.slice()) {
      listener({ stopImmediatePropagation: () => (stopped = true) });
      if (stopped) return;
      // A tick that is asked for in a microtask comes when the queue has drained.
      await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
    }
  }
}

describe("the messages of browsers", () => {
  /** Makes a host on a channel of its own, which has seen that its microtasks drain. */
  async function hostOfBrowser(time?: contract.RealTime): Promise<Host> {
    vi.resetModules();
    const loaded = (await import("../src/host.js")) as { detectHost: typeof detectHost };
    const host = inABrowser(() => {
      vi.stubGlobal("MessageChannel", BrowserChannel);
      return loaded.detectHost(time);
    });
    host.afterEvents(() => {});
    // Until its message is over.
    for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
    messages = 0;
    return host;
  }

  /** Makes a host on a port whose messages a test dispatches, all listeners in one go. */
  async function hostOfPort() {
    const port = {
      listeners: [] as Listener[],
      posted: 0,
      /** Returns how many listeners were called. */
      dispatch(): number {
        let stopped = false;
        const called = port.listeners.slice().findIndex((listener) => {
          listener({ stopImmediatePropagation: () => (stopped = true) });
          return stopped;
        });
        return stopped ? called + 1 : port.listeners.length;
      },
    };
    class Channel {
      readonly port1 = {
        addEventListener: (event: string, listener: Listener): void => {
          if (event === "message") port.listeners.push(listener);
        },
        start() {},
      };
      readonly port2 = { postMessage: () => port.posted++ };
    }
    vi.resetModules();
    const loaded = (await import("../src/host.js")) as { detectHost: typeof detectHost };
    const host = inABrowser(() => {
      vi.stubGlobal("MessageChannel", Channel);
      return loaded.detectHost();
    });
    return { port, host };
  }

  /** Asks for a callback in each callback; resolves to the number of messages by which they came. */
  async function chain(host: Host, length: number, microtasks: number): Promise<number> {
    const events: string[] = [];
    await new Promise<void>((resolve) => {
      const step = (i: number): void => {
        if (i === length) {
          resolve();
          return;
        }
        host.afterMicrotasks(() => {
          events.push("callback");
          step(i + 1);
        });
        let left = microtasks;
        const again = (): void => {
          if (left-- > 0) queueMicrotask(again);
          else events.push("microtasks");
        };
        again();
      };
      step(0);
    });
    const round = ["microtasks", "callback"];
    expect(events).toEqual(Array.from({ length }, () => round).flat());
    return messages;
  }

  test.each([0, 1, 20])("one message serves many callbacks, each after %s microtasks", async (microtasks) => {
    expect(await chain(await hostOfBrowser(), 50, microtasks)).toBe(1);
  });

  test("the page has its turn after a number of callbacks", async () => {
    expect(await chain(await hostOfBrowser(), 63, 1)).toBe(1);
    expect(await chain(await hostOfBrowser(), 64, 1)).toBe(2);
    expect(await chain(await hostOfBrowser(), 200, 1)).toBe(4);
  });

  test("afterEvents() calls back in another message", async () => {
    const host = await hostOfBrowser();
    const counts: number[] = [];
    await new Promise<void>((resolve) => {
      host.afterMicrotasks(() => {
        host.afterEvents(() => counts.push(messages));
        host.afterMicrotasks(() => counts.push(messages));
        host.afterEvents(resolve);
      });
    });
    expect(counts).toEqual([1, 2]);
  });

  test("the turn is over after the last callback of a message, and no callback is lost", async () => {
    const host = await hostOfBrowser();
    const task = {} as contract.TaskLike;
    const between: unknown[] = [];
    await new Promise<void>((resolve) => {
      let calls = 0;
      const call = (): void => {
        slot.turn = task;
        // Runs when the message is over, before the next one.
        if (++calls % 63 === 0) setImmediate(() => between.push(slot.turn));
        if (calls === 200) resolve();
        else host.afterMicrotasks(call);
      };
      host.afterMicrotasks(call);
    });
    slot.turn = undefined;
    expect(between).toEqual([undefined, undefined, undefined]);
  });

  test("where a message does not wait for the microtasks, the turn goes on in them", async () => {
    const task = {} as contract.TaskLike;
    const { port, host } = await hostOfPort();
    const turns: unknown[] = [];
    host.afterMicrotasks(async () => {
      slot.turn = task;
      await undefined;
      turns.push(slot.turn);
    });
    port.dispatch();
    await Promise.resolve();
    slot.turn = undefined;
    expect(turns).toEqual([task]);
    expect(port.listeners).toHaveLength(2);
  });

  test("a wait that ends between its timer and its message does not call back", async () => {
    const timers: (() => void)[] = [];
    const time = {
      ...timeOfGlobals(),
      setTimeout: (callback: () => void) => {
        timers.push(callback);
        return {};
      },
    };
    const host = await hostOfBrowser(time);
    const events: string[] = [];
    const end = host.wait(host.now(), () => events.push("ended"));
    timers.shift()?.();
    end();
    host.wait(host.now(), () => events.push("due"));
    timers.shift()?.();
    await new Promise<void>((resolve) => host.afterEvents(resolve));
    expect(events).toEqual(["due"]);
  });

  test("a loop on it takes its turns in order, and lets the page handle events", async () => {
    const host = await hostOfBrowser();
    expect(await turnsOf(new EventLoop({ host }))).toEqual(inOrder);
  });
});

/** The time that the globals tell, for a host that a test drives. */
const timeOfGlobals = (): contract.RealTime => ({
  now: () => performance.now(),
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setImmediate,
  nextTick: undefined,
  queueMicrotask: undefined,
});

function fakedTime(): contract.RealTime {
  vi.useFakeTimers();
  return timeOfGlobals();
}

describe("wait", () => {
  test("it calls back at the deadline, rounded up to a whole millisecond", () => {
    const host = detectHost(fakedTime());
    const events: string[] = [];
    host.wait(host.now() + 10.2, () => events.push("due"));
    vi.advanceTimersByTime(10);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(["due"]);
  });

  test("it calls back at once for a deadline that has passed", () => {
    const host = detectHost(fakedTime());
    const events: string[] = [];
    host.wait(host.now() - 1000, () => events.push("due"));
    vi.advanceTimersByTime(1);
    expect(events).toEqual(["due"]);
  });

  test("it can be ended early", () => {
    const host = detectHost(fakedTime());
    const end = host.wait(host.now() + 10, () => expect.unreachable());
    end();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("without a deadline it sets no timer, so that nothing holds the process", () => {
    detectHost(fakedTime()).wait(undefined, () => expect.unreachable())();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("later() calls back after the delay, and holds nothing open", () => {
    vi.useFakeTimers();
    const host = detectHost(timeOfGlobals());
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    const events: string[] = [];
    host.later?.(0.5, () => events.push("soon"));
    host.later?.(1000, () => events.push("later"));
    expect(setTimeout.mock.calls.map(([, delay]) => delay)).toEqual([1, 1000]);
    expect(setTimeout.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([
      false,
      false,
    ]);
    vi.advanceTimersByTime(999);
    expect(events).toEqual(["soon"]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(["soon", "later"]);
  });

  test("a timer longer than setTimeout can take is waited for in parts", () => {
    const host = detectHost(fakedTime());
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    let woken = 0;
    host.wait(host.now() + 2 ** 40, () => woken++);
    vi.advanceTimersByTime(1000);
    // Not after one millisecond, as setTimeout does with a delay that is too long.
    expect(woken).toBe(0);
    vi.advanceTimersByTime(2 ** 31);
    expect(woken).toBe(0);
    vi.advanceTimersByTime(2 ** 40);
    expect(woken).toBe(1);
    expect(Math.max(...setTimeout.mock.calls.map(([, delay]) => delay as number))).toBe(2 ** 31 - 1);
  });

  test("one timeout serves many waits, and comes to each at its time", () => {
    const host = detectHost(fakedTime());
    const events: string[] = [];
    const start = host.now();
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    host.wait(start + 100, () => events.push("ended"))();
    host.wait(start + 300, () => events.push(`at ${host.now() - start}`));
    expect(setTimeout).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(299);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    host.wait(start + 500, () => events.push("not first"))();
    host.wait(start + 400, () => events.push(`at ${host.now() - start}`));
    vi.advanceTimersByTime(200);
    expect(events).toEqual(["at 300", "at 400"]);
  });

  test("a timeout serves a wait for its own time, and is cleared for an earlier one", () => {
    const host = detectHost(fakedTime());
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    const start = host.now();
    host.wait(start + 300, () => expect.unreachable())();
    const end = host.wait(start + 300, () => expect.unreachable());
    expect([setTimeout.mock.calls.length, vi.getTimerCount()]).toEqual([1, 1]);
    end();
    const events: string[] = [];
    host.wait(start + 100, () => events.push(`at ${host.now() - start}`));
    expect([setTimeout.mock.calls.length, vi.getTimerCount()]).toEqual([2, 1]);
    vi.advanceTimersByTime(1000);
    expect(events).toEqual(["at 100"]);
  });

  test("a timer may be a number, as in browsers, which holds nothing", () => {
    const callbacks: (() => void)[] = [];
    const setTimeout = (callback: () => void): contract.Timer =>
      callbacks.push(callback) as unknown as contract.Timer;
    const host = detectHost({ ...timeOfGlobals(), setTimeout, now: () => 1000 });
    const events: string[] = [];
    host.wait(900, () => expect.unreachable())();
    host.wait(950, () => events.push("due"));
    host.later?.(5, () => events.push("later"));
    for (const callback of callbacks) callback();
    expect(events).toEqual(["due", "later"]);
  });

  test("between the waits the timeout holds nothing open", () => {
    const host = detectHost(timeOfGlobals());
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    const end = host.wait(host.now() + 60_000, () => {});
    const timer = setTimeout.mock.results[0]?.value as NodeJS.Timeout;
    const held = [timer.hasRef()];
    end();
    held.push(timer.hasRef());
    const endAgain = host.wait(host.now() + 60_001, () => {});
    held.push(timer.hasRef());
    endAgain();
    clearTimeout(timer);
    expect(held).toEqual([true, false, true]);
  });
});

describe("fake timers", () => {
  test("timers that are faked don't keep a loop from running", async () => {
    const { setImmediate } = globalThis;
    vi.useFakeTimers();
    const loop = new EventLoop();
    const events: number[] = [];
    void loop.runForever();
    // It is idle in between, and woken so often that it lets the host handle events.
    for (let i = 0; i < 10; i++) {
      loop.callSoon(() => events.push(i));
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    loop.stop();
    expect(events).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  type Fakes = NonNullable<NonNullable<Parameters<typeof vi.useFakeTimers>[0]>["toFake"]>;
  const fakes: [Fakes][] = [
    [["setTimeout", "clearTimeout"]],
    [["performance"]],
    [["setImmediate"]],
    [
      [
        "setTimeout",
        "clearTimeout",
        "setImmediate",
        "clearImmediate",
        "Date",
        "performance",
        "queueMicrotask",
      ],
    ],
  ];

  /** Ends when a loop of this host has slept, twice. */
  async function sleeps(loop: EventLoop): Promise<void> {
    for (let i = 0; i < 2; i++) {
      const slept = loop.createFuture<void>();
      loop.callLater(1, () => slept.setResult());
      await new Promise<void>((resolve) => slept.addDoneCallback(() => resolve()));
    }
  }

  test.each(fakes)("that come and go while a loop sleeps don't kill it: %s", async (toFake) => {
    const loop = new EventLoop();
    void loop.runForever();
    const woken: string[] = [];
    const after = (delay: number): Promise<void> =>
      new Promise((resolve) => loop.callLater(delay, () => resolve(void woken.push(`after ${delay}`))));
    const before = [after(5), after(60_000)] as const;
    vi.useFakeTimers({ toFake, now: 1_000_000_000_000 });
    const during = after(2);
    await during;
    vi.setSystemTime(0);
    vi.useRealTimers();
    await before[0];
    await sleeps(loop);
    loop.stop();
    expect(new Set(woken)).toEqual(new Set(["after 2", "after 5"]));
  });

  test.each(fakes)("that are there when the library is loaded are seen through: %s", async (toFake) => {
    vi.useFakeTimers({ toFake, now: 1_000_000_000_000 });
    vi.resetModules();
    const loaded = (await import("../src/event-loop.js")) as { EventLoop: typeof EventLoop };
    const loop = new loaded.EventLoop();
    void loop.runForever();
    await sleeps(loop);
    vi.useRealTimers();
    await sleeps(loop);
    loop.stop();
  });

  test("of nextTick, too", async () => {
    const real = process.nextTick;
    const taken: string[] = [];
    const fake = (...call: Parameters<typeof real>): void => {
      // The test runner calls it too.
      if (new Error().stack?.includes("/host.ts") === true) taken.push(call[0].name);
      real(...call);
    };
    Object.assign(fake, { clock: { _nextTick: real } });
    /** A value would not do: whenever the runner sends a message, it puts the value of some time before back. */
    const install = (nextTick: typeof real): void => {
      Object.defineProperty(process, "nextTick", { get: () => nextTick, set() {}, configurable: true });
    };
    const loops: EventLoop[] = [];
    try {
      install(fake as typeof real);
      vi.resetModules();
      const loaded = (await import("../src/event-loop.js")) as { EventLoop: typeof EventLoop };
      // One was loaded with the fake there, the other before that came.
      for (const each of [loaded.EventLoop, EventLoop]) {
        const loop = new each();
        loops.push(loop);
        void loop.runForever();
        await sleeps(loop);
      }
    } finally {
      Object.defineProperty(process, "nextTick", { value: real, writable: true, configurable: true });
    }
    for (const loop of loops) loop.stop();
    expect(taken).toEqual([]);
  });
});
