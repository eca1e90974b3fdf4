/**
 * Tests that need what only some runtimes have: `it("…", needing("async stacks"), () => …)`, or `describe`.
 *
 * Where the runtime lacks it, the test is skipped, and `pnpm test:runtimes` names the feature. Each feature is a
 * difference between engines, not a gap of this library; `docs/runtimes.md` tells users those that they meet.
 */
import type { TestOptions } from "vitest";

type Runtime = "node" | "bun" | "deno";

export type Feature = "stacks that go through `await`";

/** The runtimes that lack a feature. */
const LACKING: Readonly<Record<Feature, readonly Runtime[]>> = {
  "stacks that go through `await`": ["bun"],
};

declare module "vitest" {
  interface TaskMeta {
    /** The feature that the test needs. */
    needs?: Feature;
  }
}

const runtime: Runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";

/** Options of a test, or of a group of tests, that needs the feature. */
export function needing(feature: Feature): TestOptions {
  return { skip: LACKING[feature].includes(runtime), meta: { needs: feature } };
}
