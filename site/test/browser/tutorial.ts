import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, expect, it } from "vitest";
import { sections } from "../../src/contents.js";
import { readPrinted } from "../../src/programs.js";
import { openingPages, runProgram } from "./support/site.js";

/**
 * Two tasks of the semaphore's program wake at the same time. On a machine that is busy, the first may go on before the
 * second wakes: in Python, too.
 */
function inOrder(lines: readonly string[] = [], time: string, name: string): readonly string[] {
  return time === "real time" && name === "semaphore" ? [...lines].sort() : lines;
}

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  // Most of the real time is waiting, so the pages wait together.
  describe.concurrent("the program of", () => {
    it.for(sections)(
      "$name prints what Python prints, in both kinds and times",
      async ({ name }, { expect }) => {
        const page = await open(`tutorial/${name}`);
        const printed = readPrinted(name)?.trimEnd().split("\n");
        for (const time of ["virtual", "real time"]) {
          await page.getByRole("button", { name: time, exact: true }).click();
          for (const kind of ["generators", "async"]) {
            await page.getByRole("button", { name: kind, exact: true }).click();
            const lines = await runProgram(page);
            expect([time, kind, inOrder(lines, time, name)]).toEqual([
              time,
              kind,
              inOrder(printed, time, name),
            ]);
          }
        }
        expect(await page.locator(".timeline .task").count()).toBeGreaterThan(0);
        expect(page.complaints).toEqual([]);
        await page.close();
      },
    );
  });

  it("that of the front page prints what it should", async () => {
    const page = await open("");
    expect(await runProgram(page)).toEqual(readPrinted("front")?.trimEnd().split("\n"));
    expect(page.complaints).toEqual([]);
  });
});
