import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coroutine, getRunningLoop, KeyboardInterrupt, sleep } from "asyncio-ts";
import { describe, expect, it } from "vitest";
import { runSection } from "../../src/tour/run-section.js";
import { type Section, sections } from "../../src/tour/sections.js";

function section(main: Section["main"], realTime = false): Section {
  return { name: "test", title: "a test", main, realTime };
}

describe("runSection", () => {
  it("gives the program its options", async () => {
    const got: unknown[] = [];
    const program = section(coroutine(async (options) => got.push(options.errorBudget)));
    await runSection(program, { errorBudget: 7 });
    expect(got).toEqual([7]);
  });

  it("runs on the virtual clock if it is to be fast", async () => {
    let time = 0;
    const program = coroutine(async () => {
      await sleep(3_600_000);
      time = getRunningLoop().time();
    });
    await runSection(section(program), { fast: true });
    expect(time).toBe(3_600_000);
  });

  it("runs on the real clock even then if the section takes real time", async () => {
    let start = 0;
    const program = coroutine(async () => {
      start = getRunningLoop().time();
    });
    await runSection(section(program, true), { fast: true });
    expect(start).toBeGreaterThan(0);
  });

  it("cancels the program on Ctrl-C, so that it cleans up", async () => {
    const record: string[] = [];
    const program = coroutine(async () => {
      try {
        setImmediate(() => process.emit("SIGINT"));
        await sleep(60_000);
      } finally {
        await sleep(0);
        record.push("cleaned up");
      }
    });
    const listeners = process.listenerCount("SIGINT");
    await expect(runSection(section(program))).rejects.toBeInstanceOf(KeyboardInterrupt);
    expect(record).toEqual(["cleaned up"]);
    expect(process.listenerCount("SIGINT")).toBe(listeners);
  });

  it("draws the section, and a reader of the picture sees that two tasks ran at a time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "asyncio-ts-tour-"));
    const semaphore = sections.find(({ name }) => name === "semaphore") as Section;
    await runSection(semaphore, { fast: true, timeline: join(folder, "pictures") });
    const picture = await readFile(join(folder, "pictures", "semaphore.svg"), "utf8");
    await rm(folder, { recursive: true });
    expect(picture).toContain('<title id="title">semaphore: two at a time</title>');
    expect(picture).toContain(">At work at once: 2 at most</text>");
    expect(picture.match(/<title>waits 1 s: sleep\(1000\)<\/title>/g)).toHaveLength(5);
    expect(picture.match(/<title>waits [12] s: Semaphore.acquire\(\) of Semaphore 1<\/title>/g)).toHaveLength(
      3,
    );
  });

  it("lets an error of the program out", async () => {
    const program = coroutine(async () => {
      throw new RangeError("a mistake");
    });
    await expect(runSection(section(program))).rejects.toThrow("a mistake");
  });
});
