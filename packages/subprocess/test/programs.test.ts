/** Whole programs that start processes, and are ended by signals and otherwise: nothing of them may be left. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive } from "./support/processes.js";

const file = fileURLToPath(new URL("dist/family.js", import.meta.url));

interface Ended {
  readonly family: number[];
  readonly output: string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a program, and sends it a signal after each of these lines: the first is that of the family. */
async function runProgram(name: string, ...signals: NodeJS.Signals[]): Promise<Ended> {
  const options = "Deno" in globalThis ? ["run", "--allow-all"] : [];
  const child = spawn(process.execPath, [...options, file, name], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 110_000,
  });
  let output = "";
  let sent = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    const lines = output.split("\n").length - 1;
    for (; sent < lines && sent < signals.length; sent++) {
      // Not `child.kill`: Deno sends only one signal by that, and says then that the process was ended by it.
      process.kill(child.pid as number, signals[sent] as NodeJS.Signals);
    }
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const [numbers, ...rest] = output.trimEnd().split("\n");
  return { family: (numbers as string).split(" ").map(Number), output: rest, code, signal };
}

describe.runIf(process.platform !== "win32")("a program leaves no process", () => {
  test.each(["a process that is left", "a process in a generator", "runProcess"])(
    "after SIGINT: %s",
    async (name) => {
      const { family, output, code } = await runProgram(name, "SIGINT");
      expect(family).toHaveLength(3);
      // At its end, and not some time after it.
      expect(family.map(isAlive)).toEqual([false, false, false]);
      expect([output, code]).toEqual([["cancelled"], 130]);
    },
  );

  test.each(["SIGINT", "SIGTERM"] as const)("after a second %s, which ends it at once", async (name) => {
    const { family, output, signal } = await runProgram("a stubborn process", name, name);
    expect([output, signal]).toEqual([["cancelled"], name]);
    await until(() => !family.some(isAlive), "no process is left");
  });

  test("after a second SIGINT, if it listens for that itself", async () => {
    const name = "a stubborn process of a program that listens for SIGINT";
    const { family, output, code } = await runProgram(name, "SIGINT", "SIGINT");
    expect([output, code]).toEqual([["cancelled"], 130]);
    await until(() => !family.some(isAlive), "no process is left");
  });

  test.each([
    ["a run without signals", "SIGINT"],
    ["no run", "SIGINT"],
    ["no run", "SIGTERM"],
    ["a stubborn process", "SIGHUP"],
    ["a stubborn process", "SIGQUIT"],
  ] as const)("after a signal that it does not handle: %s, %s", async (name, sent) => {
    const { family, output, signal } = await runProgram(name, sent);
    expect([output, signal]).toEqual([[], sent]);
    await until(() => !family.some(isAlive), "no process is left");
  });

  test.each([
    ["process.exit()", 5],
    ["an error that nobody catches", 1],
  ])("after %s", async (name, exitCode) => {
    const { family, code } = await runProgram(name);
    expect(code).toBe(exitCode);
    await until(() => !family.some(isAlive), "no process is left");
  });
});
