import { readdirSync } from "node:fs";
import * as testing from "@asyncio-ts/loop/testing";
import * as asyncio from "asyncio-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { comingFrom, recipes, sections } from "../src/contents.js";
import { readPrinted, readProgram } from "../src/programs.js";
import { transpile } from "../src/transpile.js";
import { makeProgram } from "../src/worker/make-program.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a program on virtual time; returns what it prints. */
async function printedBy(program: string): Promise<string> {
  let printed = "";
  vi.spyOn(console, "log").mockImplementation((...values) => void (printed += `${values.join(" ")}\n`));
  const run = (main: Parameters<typeof asyncio.run>[0]) =>
    asyncio.run(main, { loopFactory: () => testing.virtualLoop() });
  const modules = new Map<string, object>([
    ["asyncio-ts", { ...asyncio, run }],
    ["@asyncio-ts/loop/testing", testing],
  ]);
  await makeProgram(transpile(program))((name) => ({ ...modules.get(name), __esModule: true }), {});
  return printed;
}

const names = [
  ...[...sections, ...recipes].map(({ name }) => name),
  "front",
  ...comingFrom.flatMap(({ programs }) => programs),
];
const programs = names.flatMap((name) =>
  (["async", "generator"] as const)
    .map((kind) => [name, kind, readProgram(name)[kind] ?? ""] as const)
    .filter(([, , program]) => program !== ""),
);

describe("the programs of the pages", () => {
  it.for(programs)("%s (%s) prints what it should", async ([name, , program]) => {
    expect(await printedBy(program)).toBe(readPrinted(name));
  });

  it("are all there: each section has both kinds, and a program in Python", () => {
    for (const { name } of sections) {
      const { generator, python } = readProgram(name);
      expect([name, generator === undefined, python === undefined]).toEqual([name, false, false]);
    }
  });

  it("are all used", () => {
    const names = readdirSync(new URL("../programs", import.meta.url)).map((file) => file.split(".", 1)[0]);
    const used = new Set<string>(programs.map(([name]) => name));
    expect(names.filter((name) => !used.has(name ?? ""))).toEqual([]);
  });

  it("have no condition on how they were started", () => {
    expect(programs.filter(([, , program]) => /process|export/.test(program))).toEqual([]);
  });

  it("are not to be found by another name", () => {
    expect(() => readProgram("none")).toThrow("there is no program none");
  });
});
