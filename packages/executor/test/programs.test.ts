/** Whole programs, to their end: they must come to it by themselves, and leave nothing behind. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive } from "./support/pools.js";

/** The options by which a runtime runs a module that is their next one, or comes by stdin. */
const [evaluates, readsStdin] =
  "Deno" in globalThis
    ? [["eval"], ["run", "--allow-all", "-"]]
    : "Bun" in globalThis
      ? [["--eval"], ["-"]]
      : [["--input-type=module", "--eval"], ["--input-type=module"]];

/** Runs a program; `answer` is called with its first line. */
async function runProgram(
  name: string,
  answer?: (line: string, pid: number) => void,
  options: string[] = [],
): Promise<{ readonly output: string[]; readonly code: number | null; readonly errors: string }> {
  const file = fileURLToPath(new URL(`dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [...options, file], { timeout: 110_000 });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (!output.includes("\n") && text.includes("\n")) answer?.(output + text, child.pid as number);
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { output: output.trimEnd().split("\n"), code, errors };
}

describe("a program", () => {
  it("ends by itself while its pools are idle, and its processes with it", async () => {
    const { output, code, errors } = await runProgram("idle");
    expect([code, errors]).toEqual([0, ""]);
    const pid = Number(output.pop());
    expect(output).toEqual(["from a thread", "from a process"]);
    await until(() => !isAlive(pid), "the process has ended");
  });

  it("has no handle and no listener left after its pools were shut down, and has lost no output", async () => {
    const { output, code, errors } = await runProgram("shutdown");
    expect([code, errors]).toEqual([0, ""]);
    expect(output.pop()).toBe(JSON.stringify({ listeners: 0, resources: [] }));
    expect(output.sort()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("writes all that its idle threads have written before it ends, and may go on before that", async () => {
    const { output, code, errors } = await runProgram("lines");
    expect([code, errors]).toEqual([0, ""]);
    const counts = new Map<string, number>();
    for (const line of output) counts.set(line, (counts.get(line) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      "in run": 5000,
      "in a shared pool": 5000,
      "told first": 5000,
      "told last": 5000,
    });
  });

  it("ends what computes in its workers when it is interrupted", async ({ skip }) => {
    skip(process.platform === "win32", "on Windows no signal can be sent to a process");
    const { output, code } = await runProgram("interrupted", (_line, pid) => process.kill(pid, "SIGINT"));
    expect(output.slice(1)).toEqual(["cleaned up", "KeyboardInterrupt: interrupted by SIGINT"]);
    expect(code).toBe(130);
    expect(isAlive(Number(output[0]))).toBe(false);
  });

  it("ends what computes in its processes when it calls process.exit()", async () => {
    const { output, code } = await runProgram("leaves");
    const [pid, running] = (output[0] as string).split(" ");
    expect([running, code]).toEqual(["true", 5]);
    await until(() => !isAlive(Number(pid)), "the process has ended");
  });

  it("may come by --eval or stdin", async () => {
    const executor = new URL("dist/idle.js", import.meta.url).href;
    const source = `await import(${JSON.stringify(executor)})`;
    const { stdout } = await promisify(execFile)(process.execPath, [...evaluates, source]);
    expect(stdout).toMatch(/^from a thread\nfrom a process\n\d+\n$/);
    const running = promisify(execFile)(process.execPath, readsStdin);
    running.child.stdin?.end(source);
    expect((await running).stdout).toMatch(/^from a thread\nfrom a process\n\d+\n$/);
  });

  it.each([[["--expose-gc"]], [["--no-warnings", "--stack-trace-limit=20"]]])(
    "may be started with %o",
    async (options) => {
      const { output, code, errors } = await runProgram("idle", undefined, options);
      expect([code, errors, output.length]).toEqual([0, "", 3]);
    },
  );
});
