import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { toSvg } from "../src/to-svg.js";
import { openingPictures } from "./support/chromium.js";
import { expectGolden } from "./support/golden.js";
import { groupsTrace, lateTrace, manyTrace, semaphoreTrace, TraceWriter } from "./support/traces.js";

describe("toSvg", () => {
  test.for([
    ["semaphore", semaphoreTrace],
    ["groups", groupsTrace],
    ["late", lateTrace],
  ] as const)("of %s is as it was", async ([name, trace]) => {
    await expectGolden(`${name}.svg`, toSvg(trace()));
  });

  test("of a Semaphore(2) says that two were at work at once", () => {
    expect(toSvg(semaphoreTrace())).toContain(">At work at once: 2 at most</text>");
  });

  test("of 10,000 tasks is bounded, and says what it left out", () => {
    const svg = toSvg(manyTrace(10_000, 2));
    expect(svg.match(/class="name"/g)).toHaveLength(100);
    expect(svg).toContain("Not shown: 9,901 tasks that lived shorter");
    expect(svg.length).toBeLessThan(400_000);
    expect(toSvg(manyTrace(10_000, 2), { tasks: 7 }).match(/class="name"/g)).toHaveLength(7);
  });

  test("of many steps draws those that can be told apart", () => {
    expect(toSvg(manyTrace(3, 10_000)).length).toBeLessThan(200_000);
  });

  test("of a chain of tasks that is longer than the picture shows its beginning", () => {
    const writer = new TraceWriter().made(1, "task 1");
    for (let id = 2; id <= 20_000; id++) writer.made(id, `task ${id}`, { maker: id - 1 });
    const svg = toSvg(writer.at(10).written(), { tasks: 3 });
    expect(svg.match(/class="name"[^>]*>[^<]*/g)?.map((text) => text.split(">")[1])).toEqual([
      "task 1",
      "task 2",
      "task 3",
    ]);
  });

  test("of nothing is a picture, too", () => {
    expect(toSvg(new TraceWriter().written())).toContain(">0 tasks, 0 ms</title>");
  });

  test("shows a task whose makers are in a circle", () => {
    const circle = new TraceWriter()
      .made(1, "one", { maker: 2 })
      .made(2, "two", { maker: 1 })
      .at(1)
      .written();
    expect(toSvg(circle).match(/class="name"/g)).toHaveLength(2);
  });

  test("refuses a number of tasks that is none", () => {
    expect(() => toSvg(semaphoreTrace(), { tasks: 0 })).toThrow(RangeError);
  });
});

describe.runIf(hasChromium)(`the picture of toSvg, ${needingChromium}`, () => {
  const open = openingPictures();
  const isSeen = (page: Page, selector: string): Promise<boolean> =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).display !== "none"`);

  test("is well-formed with any name, and shows it", async () => {
    const name = "</svg><script>\u0000\uD800 & \"'";
    const trace = new TraceWriter().made(1, name).step(1, null).end(1).written();
    const page = await open("names.svg", toSvg(trace, { title: "a <title> & more" }));
    expect(await page.evaluate("document.querySelector('parsererror') === null")).toBe(true);
    expect(await page.evaluate("document.querySelector('.name').textContent")).toBe(
      "</svg><script>\\u0000\uFFFD & \"'",
    );
    await page.close();
  });

  test.for([390, 1280])("has all its bars and marks within %i pixels", async (width) => {
    const page = await open("groups.svg", toSvg(groupsTrace()), { width });
    const right = await page.evaluate(
      "Math.max(...[...document.querySelectorAll('rect, use, .narrow, .bracket')].map((each) => each.getBoundingClientRect().right))",
    );
    expect(right).toBeLessThanOrEqual(width);
    expect(await isSeen(page, ".life")).toBe(width === 1280);
    expect(await isSeen(page, ".room0")).toBe(width === 390);
    await page.close();
  });

  test("follows light and dark", async () => {
    const paper = async (colorScheme: "light" | "dark"): Promise<unknown> => {
      const page = await open("semaphore.svg", toSvg(semaphoreTrace()), { colorScheme });
      const fill = await page.evaluate("getComputedStyle(document.querySelector('.paper')).fill");
      await page.close();
      return fill;
    };
    expect([await paper("light"), await paper("dark")]).toEqual(["rgb(255, 255, 255)", "rgb(13, 17, 23)"]);
  });
});
