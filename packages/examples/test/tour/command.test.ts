import { coroutine, sleep } from "asyncio-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { choose, tour, visit } from "../../src/tour/command.js";
import { type Section, sections } from "../../src/tour/sections.js";
import { capture, recorded } from "../printed.js";

const names = sections.map((section) => section.name);

/** The names in the headings. */
function headings(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^=== ([\w-]+): .* ===$/.exec(line)?.[1] ?? []);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("tour", () => {
  it("runs the whole tutorial, with a heading for each section and exactly its lines", async () => {
    const printed = capture();
    expect(await tour(["--fast"])).toBe(0);
    const tutorial = sections.filter((section) => section.realTime !== true).map((section) => section.name);
    expect(headings(printed.out)).toEqual(tutorial);
    const lines = printed.out.filter((line) => line !== "" && !line.startsWith("==="));
    expect(lines).toEqual((await Promise.all(tutorial.map(recorded))).flat());
    expect(printed.err).toEqual([]);
  });

  it("runs the sections that are named, in that order", async () => {
    const printed = capture();
    expect(await tour(["--fast", "event", "await"])).toBe(0);
    expect(headings(printed.out)).toEqual(["event", "await"]);
  });

  it("lists the sections", async () => {
    const printed = capture();
    expect(await tour(["--list"])).toBe(0);
    expect(printed.out.map((line) => line.split(" ")[0])).toEqual(names);
  });

  it("explains itself", async () => {
    const printed = capture();
    expect(await tour(["--help"])).toBe(0);
    expect(printed.out.join("\n")).toMatch(
      /--list[^]*--fast[^]*--error-budget[^]*--folder[^]*--output[^]*--port[^]*--url[^]*--steps/,
    );
  });

  it("refuses an unknown name, and says which there are", async () => {
    const printed = capture();
    expect(await tour(["lock", "nonsense"])).toBe(2);
    expect(printed.out).toEqual([]);
    expect(printed.err.join("\n")).toContain("'nonsense'");
    for (const name of names) expect(printed.err.join("\n")).toContain(name);
  });

  it.for([
    ["--nonsense"],
    ["fetch-all", "--error-budget", "none"],
    ["fetch-all", "--error-budget", "0"],
    ["lock", "--error-budget", "3"],
    ["--error-budget", "3"],
    ["lock", "--folder", "docs"],
    ["--output", "docs"],
    ["lock", "--port", "1"],
    ["chat", "--port", "0"],
    ["chat", "--url", "http://localhost"],
    ["chat", "--steps", "ci.json"],
  ])("refuses %s", async (args) => {
    const printed = capture();
    expect(await tour(args)).toBe(2);
    expect(printed.out).toEqual([]);
    expect(printed.err.join("\n")).toMatch(/^error: /);
  });
});

describe("choose", () => {
  it("gives the tutorial without names, and only what is fast if that is asked for", () => {
    const tutorial = names.slice(0, names.indexOf("echo-server"));
    expect(choose([]).map((section) => section.name)).toEqual(tutorial);
    expect(tutorial[0]).toBe("when-to-use");
    expect(choose([], true).map((section) => section.name)).toEqual(tutorial.slice(1));
  });

  it("leaves out what is run by its name alone, such as what ends only with Ctrl-C", () => {
    const chosen = new Set(choose([]).map((section) => section.name));
    expect(names.filter((name) => !chosen.has(name))).toEqual([
      "echo-server",
      "echo-client",
      "http-headers",
      "open-socket",
      "subprocess-exec",
      "subprocess-shell",
      "subprocess-listing",
      "fetch-all",
      "hash-tree",
      "chat",
      "ci",
      "distributed",
    ]);
  });

  it("gives each section once, in the order of the names", () => {
    expect(choose(["fetch-all", "lock", "fetch-all"]).map((section) => section.name)).toEqual([
      "fetch-all",
      "lock",
    ]);
  });
});

describe("visit", () => {
  it("gives the exit code of a section that fails, and runs no other", async () => {
    const printed = capture();
    const failing: Section = { name: "failing", title: "a test", main: coroutine(async () => 3) };
    expect(await visit([failing, ...sections], {})).toBe(3);
    expect(headings(printed.out)).toEqual(["failing"]);
  });

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("says that %s has cancelled a section, runs no other, and gives %i", async ([signal, code]) => {
    const printed = capture();
    const interrupted: Section = {
      name: "interrupted",
      title: "a test",
      main: coroutine(async () => {
        setImmediate(() => process.emit(signal));
        await sleep(60_000);
      }),
    };
    expect(await visit([interrupted, ...sections], {})).toBe(code);
    expect(headings(printed.out)).toEqual(["interrupted"]);
    expect(printed.err.join("\n")).toContain(`interrupted was cancelled by ${signal}`);
  });
});
