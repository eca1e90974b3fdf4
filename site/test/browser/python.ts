/** The table of Python's names. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { idOf, topics } from "../../src/python-names.js";
import { base, fileOf, leadTo, openingPages } from "./support/site.js";

const rows = topics.flatMap(({ names }) => names);

async function shown(page: Page): Promise<string[]> {
  return await page.locator(".python-names tbody tr").evaluateAll((all) => all.map(({ id }) => id));
}

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it("filters as one types, and tells how many there are", async () => {
    const page = await open("python");
    expect(await shown(page)).toEqual(rows.map(idOf));
    const status = page.getByRole("status");
    expect(await status.textContent()).toBe(`${rows.length} names`);
    await page.getByLabel("Find a name").focus();
    await page.keyboard.type("putNo");
    await page.getByText(`1 of ${rows.length} names`).waitFor();
    expect(await shown(page)).toEqual(["Queue.put_nowait"]);
    expect(new URL(page.url()).search).toBe("?q=putNo");
    // The row is of a table whose cells have headings.
    const table = page.getByRole("table", { name: "Queues" });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual(["Queue.put_nowait()"]);
    await page.keyboard.type("thing");
    await page.getByText("Nothing is called that.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText(`${rows.length} names`, { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe("");
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  it("a link can carry what to find: as a query, as a name behind #, or as a row", async () => {
    const page = await open("python?q=nowait");
    const found = ["Queue.put_nowait", "Queue.get_nowait"];
    await page.getByText(`2 of ${rows.length} names`).waitFor();
    expect(await shown(page)).toEqual(found);
    await leadTo(page, "");
    await leadTo(page, "python#put_nowait");
    await page.getByText(`1 of ${rows.length} names`).waitFor();
    expect(await shown(page)).toEqual(["Queue.put_nowait"]);
    await leadTo(page, "");
    await leadTo(page, "python#Queue.join");
    expect(await shown(page)).toHaveLength(rows.length);
    await page.waitForFunction(() => document.querySelector("tr:target")?.id === "Queue.join");
    expect(page.complaints).toEqual([]);
    await page.close();
  });
});

describe("without JavaScript", () => {
  it("has all rows", () => {
    const text = readFileSync(fileOf(`${base}python`) ?? "", "utf8");
    expect(rows.filter((row) => !text.includes(` id="${idOf(row)}"`))).toEqual([]);
  });
});
