import { describe, expect, it } from "vitest";
import { measureAll } from "../src/measure-all.js";
import type { Case, Topic } from "../src/topic.js";
import { topic as gather } from "../src/topics/gather.js";

const effort = { rounds: 2, time: 1, warmupTime: 1, iterations: 2, warmupIterations: 1 };
const [chosen] = gather.cases as [Case];
// Without the one that needs many seconds for it.
const { effection: _, ...contenders } = chosen.contenders;
const quick: Topic = { ...gather, cases: [{ ...chosen, contenders }] };

describe("measureAll", () => {
  it("measures each contender in so many processes", async () => {
    const titles: string[] = [];
    const [result] = await measureAll([quick], {}, effort, {
      next: (done, all, title) => titles.push(`${done}/${all} ${title}`),
      failed: (title, error) => expect.fail(`${title}: ${error.message}`),
    });
    expect(result).toMatchObject({ topic: "gather", name: "gather", unit: "ns" });
    const measured = result?.results.map(({ contender }) => contender);
    expect(measured).toEqual(["generator", "async", "native", "effect"]);
    for (const { samples } of result?.results ?? []) expect(samples.length).toBeGreaterThanOrEqual(4);
    expect(titles[4]).toBe("4/8 gather, gather: asyncio-ts, generators");
  });

  it("leaves out what fails, and says so", async () => {
    const unknown: Topic = { ...gather, cases: [{ ...chosen, name: "unknown" }] };
    const failures: string[] = [];
    const [result] = await measureAll(
      [unknown],
      {},
      { ...effort, rounds: 1 },
      {
        next: () => {},
        failed: (title, error) => failures.push(`${title}: ${error.message}`),
      },
    );
    expect(result?.results).toEqual([]);
    expect(failures).toHaveLength(5);
    expect(failures[0]).toContain("the topic gather has no case unknown");
  });
});
