/** The files that a page loads, compressed as servers do. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { edit, openingPages, runProgram } from "./support/site.js";

const KILOBYTE = 1000;

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it("the front page has at most 150 kB before the editor is asked for, and 600 kB with it", async () => {
    const page = await open("", {});
    const sizes = new Map<string, number>();
    const pending: Promise<void>[] = [];
    page.on("response", (response) => {
      pending.push(
        response
          .body()
          .then((body) => void sizes.set(response.url(), gzipSync(body).length))
          .catch(() => {}),
      );
    });
    const total = async (): Promise<number> => {
      await page.waitForLoadState("networkidle");
      await Promise.all(pending);
      return [...sizes.values()].reduce((sum, size) => sum + size, 0) / KILOBYTE;
    };
    await page.reload();
    const front = await total();
    expect(sizes.size).toBeGreaterThan(3);
    expect(front).toBeLessThan(150);
    await edit(page, 'console.log("edited");\n');
    expect(await runProgram(page)).toEqual(["edited"]);
    const all = await total();
    expect(all).toBeGreaterThan(front);
    expect(all).toBeLessThan(600);
    console.log(`front page: ${Math.round(front)} kB; with the editor and the worker: ${Math.round(all)} kB`);
  });
});
