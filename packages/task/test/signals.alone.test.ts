import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KeyboardInterrupt } from "@asyncio-ts/task";
import { exitCodeOf, exitIfUncaught, raiseSignal, signalsOf } from "../src/signals.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("raiseSignal()", () => {
  const kills: unknown[][] = [];
  beforeEach(() => {
    kills.length = 0;
    vi.spyOn(process, "kill").mockImplementation((...call) => {
      kills.push(call);
      return true;
    });
  });

  test("sends the signal to the process itself if nobody listens for it", () => {
    expect(raiseSignal("SIGUSR2")).toBe(true);
    expect(kills).toEqual([[process.pid, "SIGUSR2"]]);
  });

  test("leaves it to those who listen", () => {
    const listener = (): void => {};
    process.on("SIGUSR2", listener);
    expect(raiseSignal("SIGUSR2")).toBe(false);
    process.off("SIGUSR2", listener);
    expect(kills).toEqual([]);
  });
});

describe("exitIfUncaught()", () => {
  /** Returns what happened when `error` is uncaught, after another one was. */
  const uncaught = (error: Error): unknown[][] => {
    const events: unknown[][] = [];
    const monitors = vi.spyOn(process, "on").mockImplementation((event, listener) => {
      // What Bun needs besides is tested with whole programs.
      if (event === "unhandledRejection") return process;
      events.push([event]);
      monitor = listener as (error: unknown) => void;
      return process;
    });
    vi.spyOn(process, "exit").mockImplementation(((code: number) => events.push(["exit", code])) as never);
    vi.spyOn(console, "error").mockImplementation((...line) => events.push(line));
    exitIfUncaught(error, 130);
    monitors.mockRestore();
    monitor?.(new Error("another"));
    monitor?.(error);
    return events;
  };
  let monitor: ((error: unknown) => void) | undefined;

  test("says in one line which error it was, and exits, for that error only", () => {
    vi.spyOn(process, "listenerCount").mockReturnValue(0);
    expect(uncaught(new KeyboardInterrupt("SIGINT"))).toEqual([
      ["uncaughtExceptionMonitor"],
      ["KeyboardInterrupt: interrupted by SIGINT"],
      ["exit", 130],
    ]);
  });

  test("leaves the error to the program's capture callback", () => {
    vi.spyOn(process, "listenerCount").mockReturnValue(0);
    vi.spyOn(process, "hasUncaughtExceptionCaptureCallback").mockReturnValue(true);
    expect(uncaught(new KeyboardInterrupt("SIGINT"))).toEqual([]);
  });

  test("leaves the error to the program's own listeners", () => {
    expect(process.listenerCount("uncaughtException")).toBeGreaterThan(0);
    expect(uncaught(new KeyboardInterrupt("SIGINT"))).toEqual([]);
  });
});

describe("where the runtime tells less", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** Loads the signals with a process whose members are others. */
  const loadedWith = async (
    members: Readonly<Record<string, unknown>>,
  ): Promise<typeof import("../src/signals.js")> => {
    vi.resetModules();
    const descriptors = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value }]));
    vi.stubGlobal("process", Object.create(process, descriptors));
    return await import("../src/signals.js");
  };

  test.each([
    ["is no function for modules", undefined],
    ["is no module of the system", () => undefined],
  ])("the numbers of signals are those of POSIX where there %s", async (_, getBuiltinModule) => {
    const signals = await loadedWith({ getBuiltinModule });
    expect(["SIGINT", "SIGTERM"].map(signals.exitCodeOf)).toEqual([130, 143]);
    expect(signals.signalsOf(["SIGNIT"], "run")).toEqual(["SIGNIT"]);
    expect(() => signals.signalsOf([2] as never, "run")).toThrow(/, got 2;/);
  });

  test("a process without versions is not Bun's", async () => {
    const events: string[] = [];
    const on = (event: string): void => void events.push(event);
    const signals = await loadedWith({ versions: undefined, on });
    signals.exitIfUncaught(new Error(), 1);
    expect(events).toEqual(["uncaughtExceptionMonitor"]);
  });

  test.each(["kill", "on"])("no signal is raised in a runtime without process.%s()", async (name) => {
    const signals = await loadedWith({ [name]: undefined });
    expect(signals.raiseSignal("SIGTERM")).toBe(false);
    expect(signals.exitIfUncaught(new Error(), 1)).toBeUndefined();
    expect(signals.exitCodeOf("SIGINT")).toBe(130);
  });
});

describe("in Bun, which tells listeners of thrown errors alone", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** Loads the signals as Bun would, with an error that has an exit code, and the listeners that are added then. */
  const loaded = async (listenerCount: number) => {
    vi.resetModules();
    const listeners = new Map<string, (error: unknown) => void>();
    const exits: number[] = [];
    const members = {
      versions: { bun: "1.3.0" },
      on: (event: string, listener: (error: unknown) => void) => void listeners.set(event, listener),
      off: (event: string, listener: unknown) => {
        if (listeners.get(event) === listener) listeners.delete(event);
      },
      listenerCount: (event: string) => (event === "unhandledRejection" ? listenerCount : 0),
      // Bun has no such callbacks.
      hasUncaughtExceptionCaptureCallback: undefined,
      exit: (code: number) => void exits.push(code),
    };
    const descriptors = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value }]));
    vi.stubGlobal("process", Object.create(process, descriptors));
    const { exitIfUncaught } = await import("../src/signals.js");
    const error = new Error("interrupted");
    exitIfUncaught(error, 130);
    const unhandled = listeners.get("unhandledRejection") ?? expect.unreachable();
    return { listeners, exits, error, unhandled };
  };

  test("an error that is thrown ends the process with its code", async () => {
    const { listeners, exits, error } = await loaded(1);
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    listeners.get("uncaughtExceptionMonitor")?.(error);
    expect([lines.mock.calls, exits]).toEqual([[["Error: interrupted"]], [130]]);
  });

  test("a rejection with the error of an interrupted run is thrown", async () => {
    const { listeners, error, unhandled } = await loaded(1);
    expect(() => unhandled(error)).toThrow(error);
    expect([...listeners.keys()]).toEqual(["uncaughtExceptionMonitor", "unhandledRejection"]);
  });

  test("every other is rejected once more, while nobody listens", async () => {
    const { listeners, unhandled } = await loaded(1);
    const rejected = vi.spyOn(Promise, "reject").mockImplementation((async () => {}) as never);
    unhandled(new Error("another"));
    expect(rejected.mock.calls).toEqual([[new Error("another")]]);
    expect(listeners.has("unhandledRejection")).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(listeners.get("unhandledRejection")).toBe(unhandled);
  });

  test("each is left to the program's own listeners", async () => {
    const { listeners, error, unhandled } = await loaded(2);
    const rejected = vi.spyOn(Promise, "reject");
    unhandled(error);
    unhandled(new Error("another"));
    expect(rejected).not.toHaveBeenCalled();
    expect(listeners.get("unhandledRejection")).toBe(unhandled);
  });
});

test("exitCodeOf() is what shells show for a signal", () => {
  expect(["SIGHUP", "SIGINT", "SIGTERM"].map(exitCodeOf)).toEqual([129, 130, 143]);
});

describe("signalsOf()", () => {
  test.each<[unknown, readonly string[]]>([
    [undefined, ["SIGINT", "SIGTERM"]],
    [true, ["SIGINT", "SIGTERM"]],
    [false, []],
    [[], []],
    [
      ["SIGHUP", "SIGINT", "SIGHUP"],
      ["SIGHUP", "SIGINT"],
    ],
  ])("of %j is %j", (option, signals) => {
    expect(signalsOf(option as boolean, "run")).toEqual(signals);
  });

  test.each<[unknown, string]>([
    ["SIGINT", '"SIGINT"'],
    [null, "null"],
    [["SIGINT", "SIGNIT"], '"SIGNIT"'],
    [["SIGKILL"], '"SIGKILL"'],
    [["SIGSTOP"], '"SIGSTOP"'],
    [[2], "2"],
  ])("refuses %j", (option, got) => {
    expect(() => signalsOf(option as boolean, "run")).toThrow(
      new TypeError(
        `run() needs signals that are true, false or names of signals that can be handled, got ${got}; ` +
          'write { signals: ["SIGINT"] }',
      ),
    );
  });
});
