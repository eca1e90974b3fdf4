/** The pages for those who know another library: our programs run in them, and theirs stand beside. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { comingFrom } from "../../src/contents.js";
import { readPrinted, readProgram } from "../../src/programs.js";
import { openingPages } from "./support/site.js";

/** Runs the program of a playground; returns what it prints. */
async function printedBy(playground: Locator): Promise<string> {
  await playground.locator("button.run").click();
  await playground.and(playground.page().locator('[data-state="over"]')).waitFor();
  const lines = await playground.locator(".output .text").allTextContents();
  return lines.map((line) => `${line}\n`).join("");
}

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  describe.concurrent("the programs of", () => {
    it.for(comingFrom)("$name print what theirs print", async ({ name, title, programs }, { expect }) => {
      const page = await open(`coming-from/${name}`);
      expect(await page.locator(".playground").count()).toBe(programs.length);
      for (const program of programs) {
        const { generator, theirs } = readProgram(program);
        const playground = page.getByRole("region", { name: `Program: ${program}`, exact: true });
        const captions = await playground
          .locator("figcaption")
          .evaluateAll((all) =>
            all.map(
              ({ firstElementChild, textContent }) => (firstElementChild ?? { textContent }).textContent,
            ),
          );
        expect(captions).toEqual(theirs === undefined ? ["Python", "TypeScript"] : [title, "asyncio-ts"]);
        await playground.getByRole("button", { name: "virtual" }).click();
        for (const kind of generator === undefined ? ["async"] : ["generators", "async"]) {
          if (generator !== undefined)
            await playground.getByRole("button", { name: kind, exact: true }).click();
          expect([program, kind, await printedBy(playground)]).toEqual([program, kind, readPrinted(program)]);
        }
      }
      expect(page.complaints).toEqual([]);
      await page.close();
    });
  });

  it("a page for generators shows them first", async () => {
    const page = await open("coming-from/effection");
    const pressed = page.locator('.playground [aria-label="Kind of coroutine"] [aria-pressed="true"]');
    expect(await pressed.allInnerTexts()).toEqual(["generators", "generators"]);
  });

  it("the overview leads to each page", async () => {
    const page = await open("coming-from/");
    const links = page.locator(".vp-doc table a");
    expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")))).toEqual(
      comingFrom.map(({ name }) => `/asyncio-ts/coming-from/${name}`),
    );
  });
});
