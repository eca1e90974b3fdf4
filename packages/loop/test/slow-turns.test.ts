import { realTime } from "@asyncio-ts/future/internal";
import { FakeTask } from "@asyncio-ts/testkit/fake-task";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { reportsOf } from "./reports-of.js";

describe("slow turns, in debug mode", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("a callback that holds the loop for too long is reported, and one that does not is not", () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    const { loop, host } = fakeLoop({ debug: true });
    const reports = reportsOf(loop);
    loop.callSoon(() => void (now += 99));
    loop.callSoon(() => void (now += 100));
    host.flush();
    expect(reports.map((report) => report.message)).toEqual([
      expect.stringMatching(/held the event loop for 100 ms \(slowCallbackDuration is 100\)/),
    ]);
    loop.slowCallbackDuration = 10;
    loop.callSoon(() => void (now += 20));
    host.flush();
    expect(reports).toHaveLength(2);
  });

  test("the report says what held the loop: a step of a task, its first one, or something else", () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    const { loop, scheduler, host } = fakeLoop({ debug: true });
    const reports = reportsOf(loop);
    const run = (): void => void (now += 100);
    const awaiter = Object.assign(new FakeTask("worker"), { toString: () => "<Task worker>" });
    const future = loop.createFuture<void>();
    scheduler.schedule({ run, awaiter });
    scheduler.schedule(Object.assign(future, { run }));
    loop.callSoon(run);
    host.flush();
    expect(reports.map(({ message }) => message.split(" held ")[0])).toEqual([
      "a step of <Task worker>",
      "the first step of <Future pending>",
      "a Handle",
    ]);
    expect(reports[1]?.handle).toBe(future);
  });

  test("the time in which the loop had nothing to do does not count", () => {
    let now = 0;
    vi.spyOn(realTime, "now").mockImplementation(() => now);
    const { loop, host } = fakeLoop({ debug: true });
    const reports = reportsOf(loop);
    loop.callSoon(() => {});
    host.flush();
    now += 5000;
    loop.callSoon(() => {});
    host.flush();
    expect(reports).toEqual([]);
  });
});
