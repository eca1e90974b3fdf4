import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command } from "../src/command.js";
import { exitCodes } from "../src/errors.js";
import { toChromeTrace } from "../src/to-chrome-trace.js";
import { toHtml } from "../src/to-html.js";
import { toSvg } from "../src/to-svg.js";
import { writeTimeline } from "../src/write-timeline.js";
import { semaphoreTrace } from "./support/traces.js";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asyncio-ts-timeline-"));
  file = join(folder, "trace.json");
  await writeFile(file, JSON.stringify(semaphoreTrace()));
});
afterAll(() => rm(folder, { recursive: true }));

async function call(...args: readonly string[]): Promise<{ out: string; errors: string; code: number }> {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await command(["timeline", ...args], {
    out: (text) => out.push(text),
    error: (text) => errors.push(text),
    stdout: new PassThrough(),
    colored: false,
  });
  return { out: out.join("\n"), errors: errors.join("\n").replaceAll(folder, "FOLDER"), code };
}

describe("asyncio-ts timeline", () => {
  test.for([
    ["a.svg", toSvg],
    ["a.html", toHtml],
    ["a.json", toChromeTrace],
  ] as const)("writes %s in the format of its ending", async ([name, draw]) => {
    const output = join(folder, name);
    expect(await call(file, "-o", output)).toEqual({ out: "", errors: "", code: 0 });
    expect(await readFile(output, "utf8")).toBe(draw(semaphoreTrace()));
  });

  test("prints an SVG without an output, or what --format says", async () => {
    expect(await call(file)).toEqual({ out: toSvg(semaphoreTrace()).trimEnd(), errors: "", code: 0 });
    const { out } = await call(file, "-o", "-", "--format", "chrome");
    expect(out).toBe(toChromeTrace(semaphoreTrace()).trimEnd());
  });

  test("reads stdin", async () => {
    const stdin = Readable.from([Buffer.from(JSON.stringify(semaphoreTrace()))]);
    expect(await writeTimeline("-", {}, stdin)).toBe(toSvg(semaphoreTrace()));
  });

  test.for([
    ["no such file", undefined, "noFile", "can't read FOLDER/no such file: there is no such file or folder"],
    ["not.json", "{ not", "noTrace", /^FOLDER\/not\.json is no JSON: .+/],
    ["other.json", '{"format":1}', "noTrace", "FOLDER/other.json is no recording of asyncio-ts"],
    ["null.json", "null", "noTrace", "FOLDER/null.json is no recording of asyncio-ts"],
    [
      "perfetto.json",
      toChromeTrace(semaphoreTrace()),
      "noTrace",
      "FOLDER/perfetto.json is no recording of asyncio-ts, but a trace for Perfetto, which can't be drawn again",
    ],
    [
      "newer.json",
      JSON.stringify({ ...semaphoreTrace(), format: 2 }),
      "newFormat",
      "FOLDER/newer.json has format 2, and this version reads format 1: update @asyncio-ts/inspect",
    ],
  ] as const)("says what is wrong with %s", async ([name, content, kind, message]) => {
    const path = join(folder, name);
    if (content !== undefined) await writeFile(path, content);
    const output = join(folder, `${name}.svg`);
    const { out, errors, code } = await call(path, "-o", output);
    expect([out, code]).toEqual(["", exitCodes[kind]]);
    expect(errors.replace("asyncio-ts: ", "")).toMatch(message);
    await expect(readFile(output)).rejects.toThrow("ENOENT"); // No picture is left behind.
  });

  test("says that the output tells no format, or can't be written", async () => {
    expect(await call(file, "-o", join(folder, "picture.png"))).toEqual({
      out: "",
      errors:
        "asyncio-ts: the ending of FOLDER/picture.png tells no format: call it .svg, .html or .json, or pass --format svg, html or chrome",
      code: exitCodes.usage,
    });
    expect(await call(file, "-o", join(folder, "no", "folder.svg"))).toEqual({
      out: "",
      errors: "asyncio-ts: can't write FOLDER/no/folder.svg: there is no such file or folder",
      code: exitCodes.noFile,
    });
    expect((await call(file, "--format", "png")).code).toBe(exitCodes.usage);
    expect((await call()).code).toBe(exitCodes.usage);
  });
});
