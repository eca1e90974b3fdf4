import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { toHtml } from "../src/to-html.js";
import { openingPictures } from "./support/chromium.js";
import { expectGolden } from "./support/golden.js";
import { groupsTrace, lateTrace, manyTrace, semaphoreTrace, TraceWriter } from "./support/traces.js";

/** Without the script, whose text depends on who compiled it. */
const withoutScript = (html: string): string =>
  html.replace(/<script>\n.*?<\/script>/s, "<script>…</script>");

describe("toHtml", () => {
  test.for([
    ["semaphore", semaphoreTrace],
    ["groups", groupsTrace],
    ["late", lateTrace],
  ] as const)("of %s is as it was", async ([name, trace]) => {
    await expectGolden(`${name}.html`, withoutScript(toHtml(trace())));
  });

  test("no name ends a script, and none is markup", () => {
    const name = "</script><script>alert(1)</script><!-- & \"'";
    const trace = new TraceWriter()
      .made(1, name, { function: name })
      .step(1, null)
      .end(1)
      .written({ ended: name });
    const html = toHtml(trace, { title: name });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<!--/g)).toBeNull();
    const json = /<script type="application\/json" id="recording">(.*?)<\/script>/.exec(html)?.[1] as string;
    expect((JSON.parse(json) as { rows: { name: string }[] }).rows[0]?.name).toBe(name);
  });
});

describe.runIf(hasChromium)(`the page of toHtml, ${needingChromium}`, () => {
  const open = openingPictures();
  const openHtml = async (trace = groupsTrace(), look = {}): Promise<Page> => {
    const page = await open("timeline.html", toHtml(trace), look);
    await expect.poll(() => range(page)).not.toBe("");
    return page;
  };
  const range = (page: Page): Promise<string> => page.locator("#range").innerText();
  const shown = (page: Page): Promise<string> => page.locator("#shown").innerText();
  /** The middle of a row at this width, in the canvas. */
  const row = (index: number, x = 600): { position: { x: number; y: number } } => ({
    position: { x, y: 26 + index * 28 + 14 },
  });

  test("zooms by the wheel around the pointer, by buttons and by keys, and shows all again", async () => {
    const page = await openHtml(semaphoreTrace());
    expect(await range(page)).toBe("0 ms – 3 s");
    const chart = page.locator("#chart");
    const { x, y } = (await chart.boundingBox()) as { x: number; y: number };
    await page.mouse.move(x + 246, y + 40); // where the time begins
    await page.mouse.wheel(0, -Math.log(2) / 0.002);
    await expect.poll(() => range(page)).toBe("0 ms – 1.5 s");
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(() => range(page)).toBe("375 ms – 1.13 s");
    await page.getByRole("button", { name: "Zoom out" }).click();
    await expect.poll(() => range(page)).toBe("0 ms – 1.5 s");
    await chart.press("+");
    await expect.poll(() => range(page)).toBe("375 ms – 1.13 s");
    await chart.press("0");
    await expect.poll(() => range(page)).toBe("0 ms – 3 s");
    await page.close();
  });

  test("moves by the mouse and by keys, and not beyond the recording", async () => {
    const page = await openHtml(semaphoreTrace());
    const chart = page.locator("#chart");
    await chart.press("+");
    await expect.poll(() => range(page)).toBe("750 ms – 2.25 s");
    const { x, y } = (await chart.boundingBox()) as { x: number; y: number };
    await page.mouse.move(x + 700, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + 700 + 4000, y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => range(page)).toBe("0 ms – 1.5 s");
    expect(await page.locator("#details").isHidden()).toBe(true); // A drag is no click.
    await chart.press("ArrowLeft");
    await chart.press("ArrowRight");
    await expect.poll(() => range(page)).not.toBe("0 ms – 1.5 s");
    await page.close();
  });

  test("zooms by two fingers", async () => {
    const page = await openHtml(semaphoreTrace(), { width: 390, hasTouch: true });
    const { y } = (await page.locator("#chart").boundingBox()) as { y: number };
    const session = await page.context().newCDPSession(page);
    const touch = async (type: "touchStart" | "touchMove" | "touchEnd", ...xs: number[]): Promise<void> => {
      const touchPoints = xs.map((x, id) => ({ x, y: y + 60, id }));
      await session.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
    await touch("touchStart", 150, 200);
    for (const spread of [10, 20, 30, 40, 50]) await touch("touchMove", 150 - spread, 200 + spread);
    await touch("touchEnd");
    await expect.poll(() => range(page)).toMatch(/^\d{3} ms – [12]\.\d+ s$/);
    await page.close();
  });

  test("filters by name, function and outcome", async () => {
    const page = await openHtml();
    expect(await shown(page)).toBe("6 tasks");
    await page.getByRole("searchbox").fill("SIDE");
    await expect.poll(() => shown(page)).toBe("2 of 6 tasks");
    await page.getByRole("searchbox").fill("consume");
    await expect.poll(() => shown(page)).toBe("1 of 6 tasks");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("combobox").selectOption("failed");
    await expect.poll(() => shown(page)).toBe("2 of 6 tasks");
    await page.getByRole("combobox").selectOption("asked");
    await expect.poll(() => shown(page)).toBe("4 of 6 tasks");
    await page.close();
  });

  test("shows what is known of a task when it is clicked, and leads to who woke it", async () => {
    const page = await openHtml();
    await page.locator("#chart").click(row(2));
    expect(await page.locator("#details-title").innerText()).toBe('eats </script> & "quotes"');
    const details = page.locator("#details-body");
    expect((await details.innerText()).replaceAll(/\n+/g, "\n").split("\n")).toEqual([
      "Function",
      "consume",
      "Number",
      "3",
      "Outcome",
      "cancelled after 37.5 ms",
      "Made",
      "at 2 ms by Task-1 · main",
      "Group",
      "group 10",
      "Steps",
      "3, ran 7 ms",
      "Waited for",
      "Queue.get() of Queue 1: 29.5 ms, twice".replace("twice", "2 times"),
      "its first step: 1 ms, once",
      "Woken by",
      "producer · produce, once",
      "Task-1 · main, once",
      "Asked to stop",
      "at 38.5 ms by Task-1 · main: the group stops",
    ]);
    await details.getByRole("button", { name: "producer" }).click();
    expect(await page.locator("#details-title").innerText()).toBe("producer");
    await page.getByRole("button", { name: "Zoom to it" }).click();
    await expect.poll(() => range(page)).toBe("200 µs – 39.8 ms");
    await page.close();
  });

  test("needs no mouse", async () => {
    const page = await openHtml();
    await page.getByRole("button", { name: "All" }).focus();
    await page.keyboard.press("Tab");
    const focused = (): Promise<string> => page.evaluate("document.activeElement.id");
    // The element that scrolls can be reached, too.
    if ((await focused()) !== "chart") await page.keyboard.press("Tab");
    expect(await focused()).toBe("chart");
    for (let times = 0; times < 3; times++) await page.keyboard.press("ArrowDown");
    expect(await page.locator("#said").innerText()).toBe(
      'eats </script> & "quotes" · consume, cancelled after 37.5 ms, 3 of 6',
    );
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("close");
    expect(await page.locator("#details-title").innerText()).toBe('eats </script> & "quotes"');
    await page.keyboard.press("Escape");
    expect([await page.locator("#details").isHidden(), await focused()]).toEqual([true, "chart"]);
    await page.close();
  });

  test.for([390, 1280])("is as wide as its place and no wider, at %i pixels", async (width) => {
    const page = await openHtml(groupsTrace(), { width });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(
      await page.locator("#chart").evaluate((chart) => chart.getBoundingClientRect().height),
    ).toBeGreaterThan(300);
    await page.close();
  });

  test("follows light and dark", async () => {
    const pixel = async (colorScheme: "light" | "dark"): Promise<unknown> => {
      const page = await openHtml(semaphoreTrace(), { colorScheme });
      const color = await page.evaluate(
        'Array.from(document.getElementById("chart").getContext("2d").getImageData(2, 2, 1, 1).data)',
      );
      await page.close();
      return color;
    };
    expect([await pixel("light"), await pixel("dark")]).toEqual([
      [255, 255, 255, 255],
      [13, 17, 23, 255],
    ]);
  });

  test("draws what is in sight, and not all of 100,000 steps", async () => {
    const page = await openHtml(manyTrace(1000, 100));
    await page.evaluate(`
      globalThis.drawn = 0;
      for (const name of ["fillRect", "strokeRect", "fillText", "stroke"]) {
        const original = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...args) {
          globalThis.drawn += 1;
          return original.apply(this, args);
        };
      }`);
    await page.locator("#chart").press("+");
    await expect.poll(() => page.evaluate<number>("drawn")).toBeGreaterThan(0);
    expect(await page.evaluate<number>("drawn")).toBeLessThan(20_000);
    await page.getByRole("searchbox").fill("worker 777");
    await expect.poll(() => shown(page)).toBe("1 of 1001 tasks");
    await page.close();
  });
});
