/**
 * The time until the front page shows something, on the line that Lighthouse calls slow 4G: 1.6 Mbit/s, and 150 ms for a
 * round trip.
 *
 * A busy machine takes long to lay out a page, which says nothing about the page. So the test asserts the time that the
 * network takes, calculated from what stands in the way of the first paint: the document, and the resources that it names
 * as blocking. Chromium tells which those are. The real time on such a line, emulated, is printed only.
 */
import { hasChromium, needingChromium } from "@asyncio-ts/testkit/chromium";
import { describe, expect, it } from "vitest";
import { openingPages } from "./support/site.js";

/** Milliseconds. */
const ROUND_TRIP = 150;
/** Bytes in a millisecond. */
const BANDWIDTH = 1_600_000 / 8 / 1000;
/** The bytes that a server sends before it has heard from the other side: ten packets. */
const FIRST_WINDOW = 14_600;

/** The time in which so many bytes arrive once the first has; TCP doubles what is under way each round trip. */
function transfer(bytes: number): number {
  let time = 0;
  let window = FIRST_WINDOW;
  for (let left = bytes; left > 0;) {
    const sent = Math.min(left, window);
    time += left > window ? Math.max(ROUND_TRIP, sent / BANDWIDTH) : sent / BANDWIDTH;
    left -= sent;
    window *= 2;
  }
  return time;
}

describe("transfer", () => {
  it("is that of the bytes, and waits for the other side while little is under way", () => {
    expect(transfer(2_000)).toBe(10);
    expect(transfer(FIRST_WINDOW)).toBe(73);
    expect(transfer(FIRST_WINDOW + 2_000)).toBe(160);
    expect(transfer(3 * FIRST_WINDOW + 2_000)).toBe(310);
    expect(transfer(7 * FIRST_WINDOW)).toBe(150 + 150 + 292);
  });
});

describe.skipIf(!hasChromium)(needingChromium, () => {
  const open = openingPages();

  it("the front page shows something within a second on a slow line", async () => {
    const page = await open("");
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: ROUND_TRIP,
      downloadThroughput: BANDWIDTH * 1000,
      uploadThroughput: BANDWIDTH * 1000,
    });
    await page.reload();
    const { critical, painted } = await page.evaluate(async () => {
      const painted = await new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const { startTime } of list.getEntriesByName("first-contentful-paint")) resolve(startTime);
        }).observe({ type: "paint", buffered: true });
      });
      const entries = [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource"),
      ] as (PerformanceResourceTiming & { renderBlockingStatus: string })[];
      const critical = entries
        .filter(
          ({ entryType, renderBlockingStatus }) =>
            entryType === "navigation" || renderBlockingStatus === "blocking",
        )
        .map(({ name, encodedBodySize }) => ({ name: new URL(name).pathname, size: encodedBodySize }));
      return { critical, painted };
    });
    expect(critical.length).toBeGreaterThan(0);
    expect(critical.every(({ size }) => size > 0)).toBe(true);
    // TCP, TLS 1.3 and the document take a round trip each. What that names is asked for as soon as its head is there,
    // over the same connection, all at once.
    const roundTrips = critical.length > 1 ? 4 : 3;
    const time = roundTrips * ROUND_TRIP + transfer(critical.reduce((sum, { size }) => sum + size, 0));
    console.log(
      `first paint: ${Math.round(time)} ms of network (${critical.map(({ name, size }) => `${name}: ${size} bytes`).join(", ")}); ` +
        `${Math.round(painted)} ms in this Chromium`,
    );
    expect(time).toBeLessThan(1000);
  });
});
