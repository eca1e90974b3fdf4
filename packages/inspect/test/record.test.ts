import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needing } from "@asyncio-ts/testkit/needing";
import type { Trace } from "../src/trace.js";

const program = (name: string): string => fileURLToPath(new URL(`dist/${name}.js`, import.meta.url));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asyncio-ts-record-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly out: string;
  readonly errors: string;
  readonly pid: number;
}

/** Runs a program, recorded or not; sends it a signal when it is ready. */
async function runProgram(
  how: string,
  options: { record: boolean; signal?: NodeJS.Signals },
): Promise<Ended> {
  const imports = options.record ? ["--import", program("recorded")] : [];
  const child = execa(process.execPath, [...imports, program("ending"), how], { cwd: folder, reject: false });
  const { signal } = options;
  if (signal !== undefined) {
    child.stdout.on("data", (text: Buffer) => {
      if (text.toString().includes("ready")) child.kill(signal);
    });
  }
  const { exitCode, signal: endedBy, stdout, stderr } = await child;
  return { code: exitCode, signal: endedBy, out: stdout, errors: stderr, pid: child.pid as number };
}

describe("node --import @asyncio-ts/inspect/record", needing("inspector that a signal opens"), () => {
  test.each<[how: string, signal: NodeJS.Signals | null, ended: string | RegExp]>([
    ["returns", null, "exit"],
    ["moves", null, "exit"],
    ["exits", null, "exit"],
    ["throws", null, "Error: it is broken"],
    ["crashes", null, "Error: nobody catches this"],
    ["interrupted", "SIGINT", "SIGINT"],
    ["interrupted", "SIGTERM", "SIGTERM"],
    ["handles", "SIGINT", "exit"],
    ["lasts", "SIGINT", "SIGINT"],
    ["cancelled", "SIGINT", /^KeyboardInterrupt/],
  ])("a program is recorded to its end, which is as ever: %s (signal %s)", async (how, signal, ended) => {
    const options = signal === null ? {} : { signal };
    const bare = await runProgram(how, { record: false, ...options });
    const recorded = await runProgram(how, { record: true, ...options });
    const file = `trace-${recorded.pid}.json`;
    const trace = JSON.parse(readFileSync(join(folder, file), "utf8")) as Trace;
    expect([recorded.code, recorded.signal, recorded.out]).toEqual([bare.code, bare.signal, bare.out]);
    expect(recorded.errors.split("\n")).toContain(
      `asyncio-ts: wrote ${file}: ${trace.events.length} events of ${trace.tasks.length} tasks`,
    );
    expect(trace.ended).toEqual(typeof ended === "string" ? ended : expect.stringMatching(ended));
    expect(trace.tasks.map(({ name }) => name)).toEqual(["Task-1", "nap"]);
    expect(trace.tasks[1]?.outcome).toBe("returned");
    expect(trace.events[0]).toMatchObject({ kind: "made", task: trace.tasks[0]?.id });
  });

  test("ASYNCIO_TS_RECORD names the file, and one that can't be written is told", async () => {
    const start = (file: string): ReturnType<typeof execa> =>
      execa(process.execPath, ["--import", program("recorded"), program("ending"), "returns"], {
        cwd: folder,
        env: { ASYNCIO_TS_RECORD: file },
      });
    await start("mine.json");
    expect(existsSync(join(folder, "mine.json"))).toBe(true);
    await start("mine.json"); // It may be of an earlier run.
    expect(readdirSync(folder)).toEqual(["mine.json"]);
    const { stderr, exitCode } = await start("none/mine.json");
    expect([String(stderr).startsWith("asyncio-ts: could not write none/mine.json: "), exitCode]).toEqual([
      true,
      0,
    ]);
  });

  test("a process does not write over the file of its child", async () => {
    const child = execa(process.execPath, ["--import", program("recorded"), program("ending"), "starts"], {
      cwd: folder,
      env: { ASYNCIO_TS_RECORD: "mine.json" },
    });
    const { stderr } = await child;
    expect(readdirSync(folder)).toEqual([`mine-${child.pid}.json`, "mine.json"]);
    expect(stderr).toContain(
      `asyncio-ts: wrote mine-${child.pid}.json, since another process has written mine.json: `,
    );
  });
});
