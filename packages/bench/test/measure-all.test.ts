import { describe, expect, it } from "vitest";
import { measureAll } from "../src/measure-all.js";
import type { Topic } from "../src/topic.js";
import { topic as gather } from "../src/topics/gather.js";

const effort = { rounds: 2, time: 1, warmupTime: 1, iterations: 2, warmupIterations: 1 };

describe("measureAll", () => {
  it("measures each contender in so many processes", { timeout: 60_000 }, async () => {
    const titles: string[] = [];
    const [result] = await measureAll([gather], {}, effort, {
      next: (done, all, title) => titles.push(`${done}/${all} ${title}`),
      failed: (title, error) => expect.fail(`${title}: ${error.message}`),
    });
    expect(result).toMatchObject({ topic: "gather", name: "gather", unit: "ns" });
    const contenders = result?.results.map(({ contender }) => contender);
    expect(contenders).toEqual(["generator", "async", "native", "effect", "effection"]);
    for (const { samples } of result?.results ?? []) expect(samples.length).toBeGreaterThanOrEqual(4);
    expect(titles[5]).toBe("5/10 gather, gather: asyncio-ts, generators");
  });

  it("leaves out what fails, and says so", { timeout: 60_000 }, async () => {
    const [chosen] = gather.cases;
    const unknown: Topic = { ...gather, cases: [{ ...chosen, name: "unknown" } as Topic["cases"][number]] };
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
