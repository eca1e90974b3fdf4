/** Each page at the width of a phone and of a desk, light and dark. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { edit, openingPages, runProgram } from "./support/site.js";

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }>;
}

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const PAGES = [
  "",
  "tutorial/lock",
  "tutorial/when-to-use",
  "guide",
  "packages/sync",
  "coming-from/",
  "coming-from/rxjs",
  "decisions/turns",
  "reference/sync",
];
const VIEWS = [390, 1440].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it.for(VIEWS)("the pages have no fault that axe finds, at $width px, $colorScheme", async (view) => {
    for (const path of PAGES) {
      const page = await open(path, view);
      if (path === "tutorial/lock") await edit(page, 'console.warn("edited");\nthrow new Error("fails");\n');
      if (path === "tutorial/when-to-use" || path === "tutorial/lock") await runProgram(page);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(
        async () =>
          await (globalThis as unknown as { axe: Axe }).axe.run(document, { resultTypes: ["violations"] }),
      );
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${path}: ${id} ${String(target)} ${failureSummary ?? ""}`),
      );
      expect(found).toEqual([]);
      // Nothing is wider than the page.
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(page.complaints).toEqual([]);
      await page.close();
    }
  });
});
