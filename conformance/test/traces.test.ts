import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import type { Coroutine } from "@asyncio-ts/coroutine";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run } from "@asyncio-ts/task";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { findPython } from "@asyncio-ts/testkit/python";

/**
 * The same program in Python and in TypeScript must print the same lines in the same order.
 *
 * Each `traces/TOPIC/NAME` holds one program. `program.py` is the original and `expected.out` what Python
 * 3.13 printed (see `record.py`); `async.ts` is the twin with async functions and `generator.ts` the one with
 * generator coroutines. Most programs have both. A twin exports `main`, which runs here; one about `run` or
 * `Runner` itself exports `script` instead. The programs run on virtual time, but for those of `realTime`, which
 * wait for sockets.
 */
interface Twin {
  main?: () => Coroutine<unknown>;
  script?: (loopFactory: () => EventLoop) => Promise<void>;
}

/** The topics whose programs wait for the world outside, as `virtual_time.py` has them. */
const realTime = ["streams/"];

/** A starved run looks for what depends on the machine's speed, as nothing on virtual time does. */
const isStarved = process.env["ASYNCIO_TS_STARVED"] !== undefined;

const execute = promisify(execFile);
const traces = fileURLToPath(new URL("../traces/", import.meta.url));
const virtualTime = fileURLToPath(new URL("../virtual_time.py", import.meta.url));
const files = new Set((await readdir(traces, { recursive: true })).map((file) => file.replaceAll("\\", "/")));
const names = [...files]
  .filter((file) => file.endsWith("/program.py"))
  .map((file) => file.slice(0, -"/program.py".length))
  .filter((name) => !isStarved || isRealTime(name))
  .sort();

function isRealTime(name: string): boolean {
  return realTime.some((topic) => name.startsWith(topic));
}

function programOf(name: string): string {
  return join(traces, name, "program.py");
}

/** Returns what Python printed when the trace was recorded. */
async function recorded(name: string): Promise<string[]> {
  return lines(await readFile(join(traces, name, "expected.out"), "utf8"));
}

function lines(text: string): string[] {
  return text.trimEnd().split(/\r?\n/);
}

async function trace(file: string): Promise<string[]> {
  const twin = (await import(/* @vite-ignore */ pathToFileURL(join(traces, file)).href)) as Twin;
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...parts: unknown[]) => {
    printed.push(parts.map(String).join(" "));
  });
  const loopFactory = isRealTime(file) ? newEventLoop : virtualLoop;
  if (twin.script !== undefined) {
    await twin.script(loopFactory);
  } else if (twin.main !== undefined) {
    await run(twin.main(), { loopFactory });
  } else {
    throw new Error(`${file} exports neither main nor script`);
  }
  return printed;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ["async functions", "/async.ts"],
  ["generator coroutines", "/generator.ts"],
])("with %s the trace is Python's", (_kind, twin) => {
  it.for(names.filter((name) => files.has(name + twin)))("%s", async (name) => {
    expect(await trace(name + twin)).toEqual(await recorded(name));
  });
});

const python = await findPython();
const reason = python === null ? " (skipped: found no Python 3.13 or later; set ASYNCIO_TS_PYTHON)" : "";

interface Printed {
  readonly out: string;
  readonly err: string;
}

describe.skipIf(python === null)(`Python still prints what was recorded${reason}`, () => {
  let printed: Record<string, Printed> = {};

  beforeAll(async () => {
    const { stdout } = await execute(python ?? "", [virtualTime, ...names.map(programOf)]);
    printed = JSON.parse(stdout) as Record<string, Printed>;
  });

  it.for(names)("%s", async (name) => {
    const { out = "", err } = printed[programOf(name)] ?? {};
    expect(lines(out)).toEqual(await recorded(name));
    expect(err).toBe("");
  });
});
