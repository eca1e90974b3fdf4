import { createSubprocessExec, runProcess } from "@asyncio-ts/subprocess";
import { run } from "@asyncio-ts/task";
import { afterEach, expect, test, vi } from "vitest";
import { builtin, signalName, signalNumber } from "../src/runtime.js";

afterEach(() => {
  vi.restoreAllMocks();
});

test("where there are no programs, as in a browser, starting one is an error that says so", async () => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  const message =
    "a subprocess needs Node (20.19 or newer), Bun or Deno: this runtime has no module node:child_process, and so no programs to start";
  await expect(run(createSubprocessExec("true"))).rejects.toThrow(message);
  await expect(run(runProcess("true"))).rejects.toThrow(message);
});

test("signals have names and numbers", () => {
  expect(builtin("node:os").constants.signals.SIGTERM).toBe(15);
  expect([signalNumber("SIGTERM"), signalNumber(9), signalNumber("sigterm"), signalNumber(999)]).toEqual([
    15,
    9,
    undefined,
    undefined,
  ]);
  expect([signalName(15), signalName(999)]).toEqual(["SIGTERM", "signal 999"]);
});
