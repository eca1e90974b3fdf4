import { expect, test } from "vitest";
import { chromiumRuntimes } from "../src/chromium.js";
import { processRuntimes } from "../src/processes.js";
import { vitest } from "../src/suites/vitest.js";

test("the packages' own tests are left out on the Nodes between the oldest and the newest", () => {
  const left = [...processRuntimes, ...chromiumRuntimes].filter((each) => vitest.unlessNamed?.(each));
  expect(left.map(({ name }) => name)).toEqual(["node-22", "node-24"]);
});
