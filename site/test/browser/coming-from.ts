/** The pages for those who know another library: our programs run in them, and theirs stand beside. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, expect, it } from "vitest";
import { comingFrom } from "../../src/contents.js";
import { readPrinted, readProgram } from "../../src/programs.js";
import { openingPages } from "./support/site.js";

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  describe.concurrent("the programs of", () => {
    it.for(comingFrom)("$name print what theirs print", async ({ name, title, programs }, { expect }) => {
      const page = await open(`coming-from/${name}`);
      expect(await page.locator(".playground").count()).toBe(programs.length);
      for (const program of programs) {
        const { async, generator, theirs } = readProgram(program);
        const playground = page.getByRole("region", { name: `Program: ${program}`, exact: true });
        const captions = await playground.locator("figcaption").allTextContents();
        expect(captions.map((caption) => caption.split(/ *(?:async|Edit)(?!-)/, 1)[0])).toEqual(
          theirs === undefined ? ["Python", "TypeScript"] : [title, "asyncio-ts"],
        );
        await playground.getByRole("button", { name: "virtual" }).click();
        for (const kind of generator === undefined ? [] : ["generators", "async"]) {
          await playground.getByRole("button", { name: kind, exact: true }).click();
          expect(await printedBy(playground), kind).toBe(readPrinted(program));
        }
        if (generator === undefined) expect(await printedBy(playground)).toBe(readPrinted(program));
        expect(async).not.toBe("");
      }
      expect(page.complaints).toEqual([]);
      await page.close();
    });
  });

  it("a page for generators shows them first", async () => {
    const page = await open("coming-from/effection");
    const pressed = page.locator('.playground [aria-label="Kind of coroutine"] [aria-pressed="true"]');
    expect(await pressed.allTextContents()).toEqual(["generators", "generators"]);
  });

  it("the overview leads to each page", async () => {
    const page = await open("coming-from/");
    const links = page.locator(".vp-doc table a");
    expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")))).toEqual(
      comingFrom.map(({ name }) => `/asyncio-ts/coming-from/${name}`),
    );
  });
});
