/** The programs of other libraries on the pages for those who know them, run with the libraries themselves. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { findPython } from "@asyncio-ts/testkit/python";
import * as asyncio from "asyncio-ts";
import * as effect from "effect";
import * as effection from "effection";
import * as pLimit from "p-limit";
import * as pQueue from "p-queue";
import * as rxjs from "rxjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { comingFrom } from "../src/contents.js";
import { readPrinted, readProgram } from "../src/programs.js";
import { transpile } from "../src/transpile.js";
import { makeProgram } from "../src/worker/make-program.js";

/** That of Node, which vitest's clock does not reach, on the timers that it does. */
function sleep<T>(delay: number, value: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      const cause = signal?.reason as unknown;
      reject(Object.assign(new Error("The operation was aborted", { cause }), { name: "AbortError" }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(value);
    }, delay);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const LIBRARIES: Readonly<Record<string, object>> = {
  "asyncio-ts": asyncio,
  effect,
  effection,
  "node:timers/promises": timers,
  "p-limit": pLimit,
  "p-queue": pQueue,
  rxjs,
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const names = comingFrom.flatMap(({ programs }) => programs);
const python = await findPython();

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Collects the lines that are printed from now on. */
function printing(): string[] {
  const lines: string[] = [];
  const print = (...values: unknown[]): void => {
    lines.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  };
  vi.spyOn(console, "log").mockImplementation(print);
  return lines;
}

function start(program: string, modules = LIBRARIES): Promise<void> {
  return makeProgram(transpile(program))((name) => {
    const library = modules[name];
    expect(library, name).toBeDefined();
    return { ...library, __esModule: true };
  }, {});
}

/** Runs a program on the test's own time; returns what it prints. */
async function printedBy(program: string): Promise<string> {
  vi.useFakeTimers().setTimerTickMode("nextTimerAsync");
  const lines = printing();
  await start(program, { ...LIBRARIES, "node:timers/promises": { setTimeout: sleep } });
  return lines.map((line) => `${line}\n`).join("");
}

/** Returns the program in which a library and ours work together; undefined if there is none. */
function readTogether(name: string): string | undefined {
  const file = here(`../programs/${name}.together.ts`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

describe("the programs of other libraries", () => {
  it.for(names.filter((name) => readProgram(name).theirs !== undefined))(
    "%s prints what ours does",
    async (name) => {
      expect(await printedBy(readProgram(name).theirs ?? "")).toBe(readPrinted(name));
    },
  );

  const lacking = python === null ? ": needs Python 3.13" : "";
  it.skipIf(python === null)(
    `in Python print what ours do${lacking}`,
    async () => {
      const programs = names.filter((name) => readProgram(name).python !== undefined);
      const files = programs.map((name) => here(`../programs/${name}.py`));
      const { stdout } = await promisify(execFile)(python ?? "", [
        here("../../conformance/virtual_time.py"),
        ...files,
      ]);
      expect(Object.values(JSON.parse(stdout) as object)).toEqual(
        programs.map((name) => ({ out: readPrinted(name), err: "" })),
      );
      expect(programs).toHaveLength(2);
    },
    120_000,
  );

  it("are there for each page", () => {
    for (const name of names) {
      const { python, theirs } = readProgram(name);
      expect([name, [python, theirs].filter((one) => one !== undefined).length]).toEqual([name, 1]);
      expect(readPrinted(name), name).toBeDefined();
    }
  });

  it.for(comingFrom.map(({ name }) => name).filter((name) => readTogether(name) !== undefined))(
    "%s and ours in one program print what it says",
    async (name) => {
      const program = readTogether(name) ?? "";
      const lines = printing();
      await start(program);
      const expected = Array.from(program.matchAll(/^ *\/\/ prints: (.*)$/gm), ([, line]) => line);
      expect(expected.length).toBeGreaterThan(1);
      expect(lines).toEqual(expected);
    },
  );
});
