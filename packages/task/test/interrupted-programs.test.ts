/** Signals sent to whole programs, in processes of their own. Windows has no signals that could be sent to one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { buildProgram, here } from "./build-program.js";

/** Another Node may be named, to try these programs there. */
const node = process.env["NODE_OF_PROGRAMS"] ?? process.execPath;

beforeAll(() => buildProgram("interrupted", true));

interface Ended {
  /** The lines of the output after "ready", and of the errors. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** The exit code, or the signal that ended the process. */
  readonly end: number | NodeJS.Signals | null;
}

/** Runs a program, and sends it a signal for the line "ready", and another one for the first "again". */
async function interrupt(name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
  const child = spawn(node, [here("dist/interrupted.js"), name], { timeout: 100_000, killSignal: "SIGKILL" });
  // Not `child.kill`: Deno sends only one signal by that, and says then that the process was ended by it.
  const send = (): unknown => child.exitCode === null && process.kill(child.pid as number, signal);
  let out = "";
  let err = "";
  let sent = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    const asked = out.match(/^(?:ready|again)$/gm)?.length ?? 0;
    for (; sent < Math.min(asked, 2); sent++) send();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code, killedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const lines = (text: string): string[] => text.split("\n").slice(0, -1);
  return { out: lines(out).slice(1), err: lines(err), end: code ?? killedBy };
}

/** The one line that a program writes which a signal has ended. */
const lineOf = (signal: string): string => `KeyboardInterrupt: interrupted by ${signal}`;

describe.skipIf(process.platform === "win32").concurrent("a signal", () => {
  test.each([
    ["a main that sleeps", "SIGINT", 130],
    ["a main that sleeps", "SIGTERM", 143],
    ["a generator that sleeps", "SIGTERM", 143],
    ["a run that nobody awaits", "SIGINT", 130],
    ["a Runner", "SIGTERM", 143],
    ["SIGINT alone", "SIGINT", 130],
    ["SIGHUP", "SIGHUP", 129],
  ] as const)("cancels %s: %s gives %i, and one line", async (name, signal, code) => {
    const ended = await interrupt(name, signal);
    expect(ended).toEqual({ out: ["main has cleaned up"], err: [lineOf(signal)], end: code });
  });

  test.each([
    ["no signals", "SIGINT"],
    ["no signals", "SIGTERM"],
    ["SIGINT alone", "SIGTERM"],
    ["SIGINT alone, of a Runner", "SIGTERM"],
    ["SIGHUP", "SIGINT"],
    ["after the last run", "SIGTERM"],
  ] as const)("has its default effect with %s: %s", async (name, signal) => {
    expect(await interrupt(name, signal)).toEqual({ out: [], err: [], end: signal });
  });

  test("cancels main and calls the program's own handler too", async () => {
    const ended = await interrupt("a handler of the program", "SIGINT");
    const out = ["the handler is called", "main has cleaned up"];
    expect(ended).toEqual({ out, err: [lineOf("SIGINT")], end: 130 });
  });

  test("is left to the program's own handler with signals: false", async () => {
    const ended = await interrupt("a handler of the program, and no signals", "SIGINT");
    expect(ended).toEqual({ out: ["the handler is called", "main goes on"], err: [], end: 0 });
  });

  test("a second time ends the process", async () => {
    const ended = await interrupt("a stubborn main", "SIGINT");
    expect(ended).toEqual({ out: ["again"], err: [], end: "SIGINT" });
  });

  test("a second time ends the run at once if the program has a handler of its own", async () => {
    const ended = await interrupt("a stubborn main, and a handler of the program", "SIGINT");
    const out = ["again", "again", "the other task is cancelled"];
    expect(ended).toEqual({ out, err: [lineOf("SIGINT")], end: 130 });
  });

  test.each([
    ["an error that is not caught", "an error"],
    ["a rejection that nobody handles", "an interruption that is caught, and a rejection that is not"],
  ])("leaves %s its report", async (_, name) => {
    const { err, end } = await interrupt(name);
    // Some runtimes show the line of the code between the two, in colors.
    const report = stripVTControlCharacters(err.join("\n"));
    expect(report).toMatch(/RangeError: while stopping\n(?: +\S.*\n){0,2}? +at /);
    expect(end).toBe(1);
  });

  test.each([
    ["an interruption that a listener takes", "taken: interrupted by SIGTERM"],
    ["an interruption that is caught", "true"],
  ])("%s does not end the process", async (name, line) => {
    expect(await interrupt(name)).toEqual({ out: ["main has cleaned up", line], err: [], end: 0 });
  });

  test("reaches all runs that go on, which share their listeners", async () => {
    const { out, err, end } = await interrupt("many runs at once");
    const cleanedUp = Array.from({ length: 20 }, () => "one has cleaned up");
    expect({ out, err, end }).toEqual({ out: [...cleanedUp, "20", "0,0,0"], err: [], end: 0 });
  });
});

describe.skipIf(process.platform === "win32").concurrent("a signal that can't reach", () => {
  const reach = (task: string, wait: string, then: string): string =>
    `run(): SIGTERM can't reach ${task}, which waits for ${wait}; ${then}; ` +
    "to be reached, wait with abortable((signal) => …) or ensureFuture(promise)";
  const atOnce = "the other tasks are cancelled now, and it is given up in 300 ms";

  test.each([
    ["a main that waits for a native promise", "<Task 'Task-1' cancelling>", "the other task"],
    ["a generator that waits for a native promise", "<Task 'Task-1' cancelling>", "the other task"],
    ["a child that waits for a native promise", "<Task 'server' (serve) cancelling>", "the sibling"],
  ])("%s is said so at once, the others clean up, and the program ends", async (name, task, other) => {
    expect(await interrupt(name)).toEqual({
      out: [`${other} has cleaned up`],
      err: [reach(task, "a native promise", atOnce), lineOf("SIGTERM")],
      end: 143,
    });
  });

  test("a main that is given up is cancelled once its promise settles, if the process goes on", async () => {
    const { out, end } = await interrupt("a main that is given up, and goes on in a process that does");
    expect(out).toEqual(["true", "main goes on", "main has cleaned up"]);
    expect(end).toBe(0);
  });

  test("a named function is said with its name", async () => {
    const { err, end } = await interrupt("a named main that waits for a native promise");
    expect(err[0]).toBe(reach("<Task 'Task-1' (serve) cancelling>", "a native promise", atOnce));
    expect(end).toBe(143);
  });

  test("a task that is left at the end ends the program as well", async () => {
    const { out, err, end } = await interrupt("a task that waits for a native promise at the end");
    expect(out).toEqual([]);
    expect(err).toEqual([
      "<Task 'server' (serve) cancelling> was cancelled by run() at its end and has not stopped; it waits for a native promise",
      lineOf("SIGTERM"),
    ]);
    expect(end).toBe(143);
  });

  test("an operation that ignores its signal is said so after the grace period", async () => {
    expect(await interrupt("an operation that ignores its signal")).toEqual({
      out: ["the other task has cleaned up"],
      err: [
        reach("<Task 'Task-1' cancelling>", "an operation that ignores its signal", "it is given up now"),
        lineOf("SIGTERM"),
      ],
      end: 143,
    });
  });

  test("main, until other tasks settle the promise, lets it clean up", async () => {
    const { out, err, end } = await interrupt("a native promise that the other tasks settle");
    expect(out).toEqual(["main has cleaned up"]);
    expect(err).toEqual([expect.stringContaining("can't reach"), lineOf("SIGTERM")]);
    expect(end).toBe(143);
  });

  test.each(["an operation that takes the signal", "a clean-up that takes longer than the grace period"])(
    "nothing: %s is waited for",
    async (name) => {
      const ended = await interrupt(name);
      expect(ended).toEqual({ out: ["main has cleaned up"], err: [lineOf("SIGTERM")], end: 143 });
    },
  );
});
