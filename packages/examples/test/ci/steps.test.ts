import { describe, expect, it } from "vitest";
import { parseSteps } from "../../src/ci/steps.js";

describe("a build file", () => {
  it("has steps, in order, with what they need", () => {
    expect(parseSteps('{"a": {"run": "true"}, "b": {"run": "false", "needs": ["a"]}}')).toEqual([
      { name: "a", run: "true", needs: [] },
      { name: "b", run: "false", needs: ["a"] },
    ]);
  });

  it.each([
    ['{"a": {}}', 'step "a" needs a command: { "run": "…" }'],
    ['{"a": {"run": "true", "needs": "b"}}', 'step "a" needs a list of names: { "needs": ["…"] }'],
    ['{"a": {"run": "true", "needs": ["b"]}}', 'step "a" needs "b", which does not exist'],
    [
      '{"a": {"run": "", "needs": ["b"]}, "b": {"run": "", "needs": ["c"]}, "c": {"run": "", "needs": ["b"]}}',
      "these steps need each other: a, b, c",
    ],
  ])("is refused with words: %s", (text, message) => {
    expect(() => parseSteps(text)).toThrow(message);
  });
});
