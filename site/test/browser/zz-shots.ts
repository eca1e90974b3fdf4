import { it } from "vitest";
import { openingPages } from "./support/site.js";
const open = openingPages();
it("shots", async () => {
  for (const [path, view] of [
    ["p-limit", {}],
    ["effect", { colorScheme: "dark" }],
    ["rxjs", { width: 390 }],
    ["", {}],
    ["", { width: 390, colorScheme: "dark" }],
    ["asyncio", {}],
    ["effection", { width: 390, colorScheme: "dark" }],
  ] as const) {
    const page = await open(`coming-from/${path}`, view);
    await page.screenshot({
      path: `/tmp/hc-shots/${path || "index"}-${(view as any).width ?? 1440}.png`,
      fullPage: true,
    });
    console.log(
      path,
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      page.complaints,
    );
    await page.close();
  }
});
