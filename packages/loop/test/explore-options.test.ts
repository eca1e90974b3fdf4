import { describe, expect, test } from "vitest";
import { checkedOptions, type ExploreOptions } from "../src/explore-options.js";

describe("the options of explore", () => {
  test.each<[ExploreOptions, number, boolean]>([
    [{}, 100, true],
    [{ strategy: "random" }, 100, false],
    [{ strategy: "random", cancel: true }, 100, true],
    [{ strategy: "exhaustive" }, 10_000, false],
    [{ strategy: "exhaustive", cancel: true }, 10_000, false],
    [{ strategy: "exhaustive", cancel: "every step" }, 10_000, false],
    [{ cancel: true }, 100, true],
    [{ cancel: true, runs: 1 }, 1, true],
    [{ cancel: "every step" }, 1, false],
    [{ cancel: "every step", runs: 2 }, 2, true],
    [{ cancel: "every step", runs: 2, strategy: "random" }, 2, false],
    [{ runs: 1 }, 1, true],
  ])("%o mean so many runs, and perhaps one that measures", (options, runs, measures) => {
    expect(checkedOptions(options)).toMatchObject({ runs, measures });
  });

  test("have usual values, and least ones", () => {
    expect(checkedOptions({})).toMatchObject({
      strategy: "pct",
      seed: 1,
      depth: 3,
      switches: 2,
      cancel: false,
      jitter: 1,
      turns: 20_000,
      patience: 50,
      shrink: 1000,
      replay: undefined,
    });
    const least = { runs: 1, seed: -5, depth: 1, switches: 0, jitter: 0, turns: 1, patience: 0, shrink: 0 };
    expect(checkedOptions(least)).toMatchObject(least);
  });
});
