import { readdir, readFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runSection } from "../src/tour/run-section.js";
import { sections } from "../src/tour/sections.js";
import { capture, recorded } from "./printed.js";

const tutorial = sections.filter((section) => section.realTime !== true);

afterEach(() => {
  vi.restoreAllMocks();
});

async function read(file: string): Promise<string[]> {
  return (await readFile(new URL(file, import.meta.url), "utf8")).split(/\r?\n/);
}

const namesOfAsyncio = (program: readonly string[]): string[] =>
  program.flatMap((line) => Array.from(line.matchAll(/\basyncio\.(\w+)/g), ([, name]) => name as string));

/** A cancellation is recognized by a function, since two versions of the class may be installed. */
const inTypeScript = (name: string): string =>
  name === "CancelledError"
    ? "isCancelled"
    : name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("the programs of the tutorial", () => {
  it.for(tutorial.map((section) => [section.name, section] as const))(
    "%s prints what the Python program prints",
    async ([name, section]) => {
      const printed = capture();
      await runSection(section, { fast: true });
      expect(printed).toEqual({ out: await recorded(name), err: [] });
    },
  );

  it.for(tutorial.map((section) => section.name))(
    "%s names of asyncio what the Python program names",
    async (name) => {
      const [first, ...others] = await read(`../src/tutorial/${name.replace("-generators", ".gen")}.ts`);
      expect(first).toBe('import * as asyncio from "asyncio-ts";');
      expect(others.filter((line) => line.startsWith("import "))).toEqual([]);
      const python = namesOfAsyncio(await read(`fixtures/${name.replace("-generators", "")}.py`));
      expect(namesOfAsyncio(others)).toEqual(expect.arrayContaining(python.map(inTypeScript)));
    },
  );

  it("there is one for each program of the tutorial", async () => {
    const fixtures = await readdir(new URL("fixtures", import.meta.url));
    const programs = fixtures.filter((file) => file.endsWith(".py")).map((file) => file.replace(".py", ""));
    expect(tutorial.map((section) => section.name)).toEqual(expect.arrayContaining(programs));
  });

  it("each is a section", async () => {
    const programs = await readdir(new URL("../src/tutorial", import.meta.url));
    const names = programs.map((file) => file.replace(".gen.ts", "-generators").replace(".ts", ""));
    expect(names.sort()).toEqual(tutorial.map((section) => section.name).sort());
  });
});
