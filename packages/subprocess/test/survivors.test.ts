import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forget, remember } from "../src/survivors.js";

/** Calls what was added last for an event that tells of the end of this program, as if that happened. */
function play(event: string, value: unknown): void {
  process.listeners(event as NodeJS.Signals).at(-1)?.(value as NodeJS.Signals);
}

describe.runIf(process.platform !== "win32")("what would outlive the program", () => {
  const log: string[] = [];
  const survivor = {
    target: 0,
    kill() {
      log.push("killed");
      forget(survivor);
    },
  };

  beforeEach(() => {
    log.length = 0;
    remember(survivor);
  });
  afterEach(() => {
    forget(survivor);
    vi.restoreAllMocks();
  });

  function failed(): void {
    play("uncaughtExceptionMonitor", new Error("nobody catches it"));
  }

  /** Takes away what the test runner listens for. */
  function withoutListeners(): void {
    vi.spyOn(process, "listenerCount").mockReturnValue(0);
  }

  test("is killed with a program that an error ends", () => {
    withoutListeners();
    failed();
    expect(log).toEqual(["killed"]);
  });

  test("goes on if the program listens for its errors", () => {
    const ignore = (): void => {};
    process.on("uncaughtException", ignore);
    failed();
    process.off("uncaughtException", ignore);
    expect(log).toEqual([]);
  });

  test("goes on if the program takes its errors before they are events", () => {
    withoutListeners();
    vi.spyOn(process, "hasUncaughtExceptionCaptureCallback").mockReturnValue(true);
    failed();
    expect(log).toEqual([]);
  });

  test("is killed before a signal ends the program", () => {
    vi.spyOn(process, "kill").mockImplementation((pid, signal) => {
      log.push(`${pid === process.pid ? "this process" : pid} gets ${signal}`);
      return true;
    });
    play("SIGQUIT", "SIGQUIT");
    expect(log).toEqual(["killed", "this process gets SIGQUIT"]);
    expect(process.listenerCount("SIGQUIT")).toBe(0);
  });

  test("goes on if the program listens for the signal", () => {
    const listener = (): void => {};
    process.prependListener("SIGQUIT", listener);
    play("SIGQUIT", "SIGQUIT");
    process.off("SIGQUIT", listener);
    expect(log).toEqual([]);
  });
});
