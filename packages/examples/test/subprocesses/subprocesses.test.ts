import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as asyncio from "asyncio-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main as exec } from "../../src/subprocesses/exec.js";
import { main as listing } from "../../src/subprocesses/listing.js";
import { main as shell } from "../../src/subprocesses/shell.js";
import { capture } from "../printed.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the programs of subprocesses", () => {
  it("subprocess-exec prints the date that a program tells", async () => {
    const printed = capture();
    await asyncio.run(exec());
    expect(printed.out).toEqual([expect.stringMatching(/^Current date: \d{4}-\d\d-\d\dT[\d:.]+Z$/)]);
  });

  it("subprocess-shell prints exit codes and both outputs", async () => {
    const printed = capture();
    await asyncio.run(shell());
    const [failed, stderr, reason, ...passed] = printed.out;
    expect([failed, stderr]).toEqual([
      expect.stringMatching(/^\['ls \/zzz' exited with [12]\]$/),
      "[stderr]",
    ]);
    expect(reason).toContain("/zzz");
    expect(passed).toEqual(["['sleep 0.2; echo \"hello\"' exited with 0]", "[stdout]", "hello"]);
  });

  it("subprocess-listing lists a folder", async () => {
    const printed = capture();
    const folder = fileURLToPath(new URL("../../src/tutorial", import.meta.url));
    await asyncio.run(listing({ folder }));
    const files = await readdir(folder);
    expect(printed.out[0]).toMatch(new RegExp(`^${files.length} files in .*tutorial, total \\d+$`));
    expect(
      printed.out
        .slice(1)
        .map((line) => line.split(" ").at(-1))
        .sort(),
    ).toEqual(files.sort());
  });
});
