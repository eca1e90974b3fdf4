/** Each kind of page at the width of a phone and of a desk, light and dark; and each page in one of these views. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  builtPages,
  edit,
  leadTo,
  type OpenPage,
  openingPages,
  runProgram,
  type View,
} from "./support/site.js";

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

const KINDS_IN_VIEWS = VIEWS.flatMap((view) => KINDS.map((path) => [path, view] as const));
/** The pages of a kind are alike, so each of the others is looked at in one of the views. */
const OTHERS = builtPages
  .filter((path) => !KINDS.includes(path))
  .map((path, index) => [path, VIEWS[index % VIEWS.length] as View] as const);

/** The faults of a page as it is now. */
async function faultsOf(page: OpenPage): Promise<string[]> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  // What is there many times is alike, and axe takes most of its time for it: the rows of a long table, and the words of
  // programs, which have their colours from a style, and the background of their program.
  await page.evaluate(() => {
    for (const row of document.querySelectorAll("tbody > tr:nth-child(n + 20)")) row.remove();
    const seen = new Set<string>();
    for (const word of document.querySelectorAll("pre .line > span")) {
      const key = `${word.getAttribute("style")} ${word.closest("[class*=language-]")?.className}`;
      if (seen.has(key)) word.replaceWith(word.textContent);
      seen.add(key);
    }
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    async () =>
      await (globalThis as unknown as { axe: Axe }).axe.run(document, { resultTypes: ["violations"] }),
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${String(target)} ${failureSummary ?? ""}`),
  );
  if (excess > 0) found.push(`${excess} px wider than the page`);
  return [...found, ...page.complaints.splice(0)];
}

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();
  /** Pages of the browser that have shown a page: they show another one sooner than a new one does. */
  const idle: { page: OpenPage; view: View }[] = [];

  async function show(path: string, view: View): Promise<OpenPage> {
    const known = idle.findIndex((each) => each.view === view);
    const [{ page } = { page: undefined }] = known < 0 ? [] : idle.splice(known, 1);
    if (page === undefined) return await open(path, view);
    await leadTo(page, path);
    return page;
  }

  describe.concurrent("no fault that axe finds has", () => {
    it.for([...KINDS_IN_VIEWS, ...OTHERS])("/%s at %o", async ([path, view], { expect }) => {
      const page = await show(path, view);
      if (path === "tutorial/lock") await edit(page, 'console.warn("edited");\nthrow new Error("fails");\n');
      if (path === "tutorial/when-to-use" || path === "tutorial/lock") await runProgram(page);
      expect(await faultsOf(page)).toEqual([]);
      idle.push({ page, view });
    });
  });

  it("the menu fits as soon as it is shown", async () => {
    const page = await open("", { width: 768 });
    const parts = page.locator(".VPNavBar :is(a, button):visible");
    const ends = await parts.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    expect(ends.length).toBeGreaterThan(5);
    expect(Math.max(...ends)).toBeLessThanOrEqual(768);
    await page.close();
  });
});
