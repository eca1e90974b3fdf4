import { describe, expect, it } from "vitest";
import { median, percentile, spread } from "../src/statistics.js";

describe("percentile", () => {
  it("lies between neighbours, whatever the order of the samples", () => {
    expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(percentile([30, 10, 20], 0.99)).toBeCloseTo(29.8);
  });

  it("of one sample is that sample", () => {
    expect(median([7])).toBe(7);
    expect(spread([7])).toBe(0);
  });
});

describe("spread", () => {
  it("is half of the range of the middle half, as a fraction of the median", () => {
    expect(spread([8, 9, 10, 11, 12])).toBeCloseTo(0.1);
  });
});
