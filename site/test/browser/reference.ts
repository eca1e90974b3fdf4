import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, expect, it } from "vitest";
import { openingPages } from "./support/site.js";

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it.for([
    ["getNowait", "Queue.getNowait()", "sync#Queue.getNowait"],
    ["Queue.getNowait", "Queue.getNowait()", "sync#Queue.getNowait"],
    ["Semaphore", "Semaphore", "sync#Semaphore"],
  ] as const)("search for %s leads to its heading", async ([words, heading, place]) => {
    const page = await open("reference/");
    await page.keyboard.press("Control+k");
    await page.locator(".VPLocalSearchBox input").fill(words);
    const [path, anchor] = place.split("#");
    await page.locator(`.VPLocalSearchBox .result[href$="/reference/${path}#${anchor}"]`).click();
    await page.waitForURL(`**/reference/${place}`);
    const found = page.locator(`[id="${anchor}"]`);
    expect(await found.evaluate((element) => element.firstChild?.textContent?.trim())).toBe(heading);
    // Clear of the bar at the top.
    await page.waitForFunction((id) => {
      const { top } = document.getElementById(id)?.getBoundingClientRect() ?? { top: -1 };
      return top >= 0 && top < innerHeight;
    }, anchor as string);
    expect(page.complaints).toEqual([]);
  });

  it("a package leads to its reference, and back", async () => {
    const page = await open("packages/sync");
    await page.getByRole("link", { name: "reference of this package" }).click();
    await page.waitForURL("**/reference/sync");
    await page.getByRole("link", { name: "About the package" }).click();
    await page.waitForURL("**/packages/sync");
    expect(page.complaints).toEqual([]);
  });
});
