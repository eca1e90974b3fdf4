import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { needing } from "@asyncio-ts/testkit/needing";
import { until } from "@asyncio-ts/testkit/until";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach } from "../src/attach.js";
import { command, type Output } from "../src/command.js";
import { exitCodes } from "../src/errors.js";
import { listeningPorts } from "../src/process.js";
import type { Trace } from "../src/trace.js";
import { endAll, start } from "./support/started.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asyncio-ts-record-"));
});
afterEach(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

interface Called {
  readonly code: number;
  readonly errors: readonly string[];
}

/** Runs the command; `began` is called when it records. */
async function call(
  args: readonly (string | number)[],
  began?: () => void,
  stdout: Writable = new PassThrough().resume(),
): Promise<Called> {
  const errors: string[] = [];
  const output: Output = {
    out: () => {},
    error: (text) => {
      errors.push(text);
      if (text.startsWith("recording process ")) began?.();
    },
    stdout,
    colored: false,
  };
  return { code: await command(args.map(String), output), errors };
}

describe("asyncio-ts record", needing("inspector that a signal opens"), () => {
  test("writes what the tasks of a process did, and leaves nothing behind in it", async () => {
    const { pid } = await start("ticking");
    const before = listeningPorts(pid);
    const file = join(folder, "trace.json");
    for (let i = 0; i < 2; i++) {
      const { code, errors } = await call(["record", pid, "--seconds", 0.3, "-o", file], () => {
        // Nobody is connected while it records: a process that ends waits for those who are.
        expect(listeningPorts(pid)).toEqual(before);
      });
      const trace = JSON.parse(readFileSync(file, "utf8")) as Trace;
      expect([code, errors]).toEqual([
        0,
        [
          `recording process ${pid}; Ctrl-C ends it early`,
          `wrote ${file}: ${trace.events.length} events of 3 tasks`,
        ],
      ]);
      expect([trace.pid, trace.tasks.map(({ name }) => name)]).toEqual([
        pid,
        ["Task-1", "producer", "consumer"],
      ]);
      expect(trace.tasks.every(({ madeAt }) => madeAt < 0)).toBe(true);
      const producer = trace.tasks[1]?.id;
      // The debugger may have interrupted the last step, and what that waits for is unknown.
      const steps = trace.events.filter((event) => event.kind === "step").slice(0, -1);
      const waits = steps.flatMap(({ task, waitsFor }) => (task === producer ? [waitsFor?.text] : []));
      expect(new Set(waits)).toEqual(new Set(["sleep(1)"]));
      expect(trace.objects).toMatchObject([{ kind: "queue", name: "Queue 1" }]);
      expect(listeningPorts(pid)).toEqual(before);
    }
  });

  test("ends at Ctrl-C, with what there is", async () => {
    const { pid } = await start("ticking");
    const file = join(folder, "trace.json");
    const counted = process.listenerCount("SIGINT");
    const { code } = await call(["record", pid, "--seconds", 1000, "-o", file], () => process.emit("SIGINT"));
    expect([code, process.listenerCount("SIGINT")]).toEqual([0, counted]);
    expect((JSON.parse(readFileSync(file, "utf8")) as Trace).tasks).toHaveLength(3);
  });

  test("says that the process ended meanwhile, and keeps the file of before", async () => {
    const { pid } = await start("ticking");
    const file = join(folder, "trace.json");
    writeFileSync(file, "of before");
    const { code, errors } = await call(["record", pid, "--seconds", 1000, "-o", file], () => {
      process.kill(pid, "SIGKILL");
    });
    expect([code, errors.at(-1), readFileSync(file, "utf8")]).toEqual([
      exitCodes.noProcess,
      `asyncio-ts: process ${pid} ended while it was recorded, and what was recorded with it; to record a program ` +
        "to its end, start it with --import @asyncio-ts/inspect/record",
      "of before",
    ]);
  });

  test("killed, it leaves a process that ends the recorder by itself", async () => {
    const { pid } = await start("ticking");
    const before = listeningPorts(pid);
    const recording = await start("recording", [], [pid, 200]);
    process.kill(recording.pid, "SIGKILL");
    const left = `[Object.getOwnPropertySymbols(globalThis).some((s) => s.description.includes("recorder")),
      globalThis[Symbol.for("asyncio-ts.slot")].observer !== undefined]`;
    let seen: unknown;
    do {
      seen = await attach({ pid }, async (inspector) => await inspector.evaluate(left));
    } while (JSON.stringify(seen) !== "[false,false]");
    expect(listeningPorts(pid)).toEqual(before);
  });

  test("records by the port of an inspector that is open, and leaves it open", async () => {
    const { pid, lines } = await start("ticking", ["--inspect=127.0.0.1:0"]);
    const listens = /ws:\/\/127\.0\.0\.1:(\d+)/;
    await until(() => lines.some((line) => listens.test(line)), "the inspector is open");
    const port = Number(listens.exec(lines.join("\n"))?.[1]);
    const file = join(folder, "trace.json");
    const { code } = await call(["record", "--port", port, "--seconds", 0.1, "-o", file]);
    expect([code, (JSON.parse(readFileSync(file, "utf8")) as Trace).pid]).toEqual([0, pid]);
    if (process.platform === "linux") expect(listeningPorts(pid)).toContain(port);
  });

  test("writes to a standard output that is read slowly", async () => {
    const { pid } = await start("ticking");
    const stdout = new PassThrough({ highWaterMark: 16 });
    const seen = text(stdout);
    const { code } = await call(["record", pid, "--seconds", 0.1, "-o", "-"], undefined, stdout);
    stdout.end();
    expect([code, (JSON.parse(await seen) as Trace).pid]).toEqual([0, pid]);
  });

  test("tells of a standard output, or a file, that can't be written any more", async () => {
    const { pid } = await start("ticking");
    const closed = new Writable({ write: (_text, _encoding, done) => done(new Error("EPIPE: broken pipe")) });
    const { code, errors } = await call(["record", pid, "--seconds", 0.1, "-o", "-"], undefined, closed);
    expect([code, errors.at(-1)]).toEqual([
      exitCodes.noFile,
      "asyncio-ts: can't write the standard output: EPIPE: broken pipe",
    ]);
    const file = join(folder, "trace.json");
    const vanished = await call(["record", pid, "--seconds", 0.1, "-o", file], () => mkdirSync(file));
    expect([vanished.code, vanished.errors.at(-1)]).toEqual([
      exitCodes.noFile,
      `asyncio-ts: can't write ${file}: EISDIR: illegal operation on a directory, open '${file}'`,
    ]);
  });

  test("says that there is no library in a process", async () => {
    const { pid } = await start("plain");
    const file = join(folder, "trace.json");
    expect(await call(["record", pid, "-o", file])).toEqual({
      code: exitCodes.noLibrary,
      errors: [`asyncio-ts: process ${pid} has no asyncio-ts in it`],
    });
    expect(existsSync(file)).toBe(false);
  });

  test("refuses a file that can't be written before it looks at the process", async () => {
    const { code, errors } = await call(["record", 2 ** 22 + 1, "-o", join(folder, "none", "trace.json")]);
    expect([code, errors[0]?.includes("can't write")]).toEqual([exitCodes.usage, true]);
    expect(await call(["record", 2 ** 22 + 1, "-o", folder])).toEqual({
      code: exitCodes.usage,
      errors: [`asyncio-ts: can't write ${folder}: it is a folder`],
    });
  });
});
