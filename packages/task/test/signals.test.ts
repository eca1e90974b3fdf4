import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exitCodeIfUncaught, raiseSignal } from "../src/signals.js";

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

test("exitCodeIfUncaught() sets the exit code of the process for that error only", () => {
  const listeners: Record<string, (error: unknown) => void> = {};
  vi.spyOn(process, "on").mockImplementation((event, listener) => {
    listeners[event as string] = listener as (error: unknown) => void;
    return process;
  });
  const exits: (() => void)[] = [];
  vi.spyOn(process, "once").mockImplementation((event, listener) => {
    expect(event).toBe("exit");
    exits.push(listener as () => void);
    return process;
  });
  const before = process.exitCode;
  const error = new Error("interrupted");
  exitCodeIfUncaught(error, 130);
  listeners["uncaughtExceptionMonitor"]?.(new Error("another"));
  expect(exits).toHaveLength(0);
  listeners["uncaughtExceptionMonitor"]?.(error);
  for (const exit of exits) exit();
  const during = process.exitCode;
  process.exitCode = before;
  expect([exits.length, during]).toEqual([1, 130]);
});
