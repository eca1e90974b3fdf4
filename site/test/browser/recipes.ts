import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, it } from "vitest";
import { recipes } from "../../src/contents.js";
import { readPrinted, readProgram } from "../../src/programs.js";
import { openingPages, runProgram } from "./support/site.js";

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  describe.concurrent("the program of", () => {
    it.for(recipes)("$name prints what it should, in each kind that it has", async ({ name }, { expect }) => {
      const page = await open(`recipes/${name}`);
      await page.getByRole("button", { name: "virtual", exact: true }).click();
      const printed = readPrinted(name)?.trimEnd().split("\n");
      const kinds = readProgram(name).generator === undefined ? [] : ["generators", "async"];
      for (const kind of kinds) {
        await page.getByRole("button", { name: kind, exact: true }).click();
        expect([kind, await runProgram(page)]).toEqual([kind, printed]);
      }
      if (kinds.length === 0) expect(await runProgram(page)).toEqual(printed);
      expect(page.complaints).toEqual([]);
      await page.close();
    });
  });
});
