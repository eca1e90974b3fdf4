import { readdir } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runSection } from "../src/tour/run-section.js";
import { sections } from "../src/tour/sections.js";
import { capture, recorded } from "./printed.js";

const tutorial = sections.filter((section) => section.realTime !== true);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the programs of the tutorial", () => {
  it.for(tutorial.map((section) => [section.name, section] as const))(
    "%s prints what the Python program prints",
    async ([name, section]) => {
      const printed = capture();
      await runSection(section, { fast: true });
      expect(printed).toEqual({ out: await recorded(name), err: [] });
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
