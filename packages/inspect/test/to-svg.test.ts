import { describe, expect, test } from "vitest";
import { toSvg } from "../src/to-svg.js";
import { expectGolden } from "./support/golden.js";
import { groupsTrace, lateTrace, manyTrace, semaphoreTrace } from "./support/traces.js";

describe("toSvg", () => {
  test.for([
    ["semaphore", semaphoreTrace],
    ["groups", groupsTrace],
    ["late", lateTrace],
  ] as const)("of %s is as it was", async ([name, trace]) => {
    await expectGolden(`${name}.svg`, toSvg(trace()));
  });
});
