/** The site below another path, with more folders in it than the one of the build. */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { base, builtPages, dist, fileOf, leadTo, openingPages, runProgram } from "./support/site.js";

const site = fileURLToPath(new URL("../../", import.meta.url));
const filesIn = (folder: string, kind: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => kind.test(file))
    .map((file) => `${folder}${file}`);

describe("the base", () => {
  it("stands in no source but the configuration", () => {
    const sources = [".vitepress/theme/", "src/", "programs/"].flatMap((folder) =>
      filesIn(site + folder, /\.(?:ts|vue|css)$/),
    );
    expect(sources.length).toBeGreaterThan(20);
    const naming = sources.filter((file) =>
      /(?<!github\.com)\/asyncio-ts\//.test(readFileSync(file, "utf8")),
    );
    expect(naming).toEqual([]);
  });

  it("begins each path that a built page or style names", () => {
    const named = [
      ...builtPages.flatMap((path) =>
        Array.from(
          readFileSync(fileOf(base + path) ?? "", "utf8").matchAll(
            /<[^>]*\s(?:href|src|action|poster)="(\/[^"]*)"/g,
          ),
          ([, target = ""]) => `${target} in ${path}`,
        ),
      ),
      ...filesIn(dist, /\.css$/).flatMap((file) =>
        Array.from(
          readFileSync(file, "utf8").matchAll(/url\(["']?(\/[^)"']*)/g),
          ([, target = ""]) => `${target} in ${file}`,
        ),
      ),
    ];
    expect(named.length).toBeGreaterThan(1000);
    expect(named.filter((each) => !each.startsWith(base))).toEqual([]);
  });
});

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it("below another base, pages load, lead to each other, run their programs and are found", async () => {
    const page = await open("", { isElsewhere: true });
    expect(await runProgram(page)).not.toEqual([]);
    await page.locator(".front").getByRole("link", { name: "The tutorial" }).click();
    await page.waitForURL(/\/x\/y\/tutorial\/event-loop$/);
    await page.locator(".playground").waitFor();
    await page.keyboard.press("Control+k");
    await page.locator(".VPLocalSearchBox input").fill("semaphore permits");
    await page
      .getByRole("option", { name: /Semaphores/ })
      .first()
      .click();
    await page.waitForURL(/\/x\/y\/tutorial\/semaphore/);
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  it("an address that is no page has a page, too", async () => {
    const page = await open("404", { isElsewhere: true });
    await page.getByRole("link", { name: "The front page" }).click();
    await page.waitForURL(/\/x\/y\/$/);
    await leadTo(page, "404");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(page.complaints).toEqual([]);
  });
});
