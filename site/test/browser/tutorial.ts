import { describe, expect, it } from "vitest";
import { sections } from "../../src/contents.js";
import { readPrinted } from "../../src/programs.js";
import { hasChromium, needingChromium, openingPages, runProgram } from "./support/site.js";

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
            expect([time, kind, await runProgram(page)]).toEqual([time, kind, printed]);
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
