/** Each page at the width of a phone and of a desk, light and dark. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { builtPages, edit, leadTo, type OpenPage, openingPages, runProgram } from "./support/site.js";

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }>;
}

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** A page of each kind. */
const KINDS = [
  "",
  "tutorial/lock",
  "tutorial/when-to-use",
  "inspect",
  "packages/sync",
  "recipes/rate-limit",
  "coming-from/rxjs",
  "reference/sync",
  "decisions/turns",
];
const VIEWS = [390, 1440].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** The faults of a page as it is now. */
async function faultsOf(page: OpenPage, path: string): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    async () =>
      await (globalThis as unknown as { axe: Axe }).axe.run(document, { resultTypes: ["violations"] }),
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${String(target)} ${failureSummary ?? ""}`),
  );
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (excess > 0) found.push(`${excess} px wider than the page`);
  return [...found, ...page.complaints.splice(0)].map((fault) => `${path}: ${fault}`);
}

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  // Each test has one page of the browser, which shows one path after the other.
  describe.concurrent("no fault that axe finds has", () => {
    it.for(VIEWS)("a page of each kind, at $width px, $colorScheme", async (view, { expect }) => {
      const page = await open("", view);
      for (const path of KINDS) {
        await leadTo(page, path);
        if (path === "tutorial/lock")
          await edit(page, 'console.warn("edited");\nthrow new Error("fails");\n');
        if (path === "tutorial/when-to-use" || path === "tutorial/lock") await runProgram(page);
        expect(await faultsOf(page, path)).toEqual([]);
      }
      await page.close();
    });

    // The pages of a kind are alike, so each is looked at in one of the views.
    it.for(VIEWS)("a quarter of the other pages, at $width px, $colorScheme", async (view, { expect }) => {
      const page = await open("", view);
      const paths = builtPages
        .filter((path) => !KINDS.includes(path))
        .filter((_, index) => VIEWS[index % VIEWS.length] === view);
      expect(paths.length).toBeGreaterThan(10);
      const faults = [];
      for (const path of paths) {
        await leadTo(page, path);
        faults.push(...(await faultsOf(page, path)));
      }
      expect(faults).toEqual([]);
      await page.close();
    });
  });
});
