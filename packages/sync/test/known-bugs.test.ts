/** Known bugs are found by `explore`, and shrunk. `known-bugs.soak.ts` counts how many runs that takes. */
import type { ExplorationError } from "@asyncio-ts/loop/testing";
import { bothKinds } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";
import { knownBugs } from "./known-bugs/index.js";
import { explored } from "./known-bugs/known-bug.js";

const runs = 2000;

describe.each(bothKinds)("explore finds in %s", (kind) => {
  describe.each(knownBugs)("$name:", (bug) => {
    it("the program works in the order of the loop", async () => {
      expect(await explored(bug, kind, { replay: "" })).toBeUndefined();
    });

    it.each(["pct", "random"] as const)("a run of %s that fails, and shrinks it", async (strategy) => {
      const found = (await explored(bug, kind, { strategy, runs })) as ExplorationError;
      expect(found).toBeDefined();
      expect(found.switches + found.cancellations).toBeLessThanOrEqual(2 * bug.smallest);
      const again = await explored(bug, kind, { replay: found.replay });
      expect(again?.steps).toEqual(found.steps);
    });

    it("the smallest run that fails, by trying all", async () => {
      const found = await explored(bug, kind, { strategy: "exhaustive" });
      expect((found?.switches ?? 0) + (found?.cancellations ?? 0)).toBe(bug.smallest);
    });
  });

  it.each(knownBugs.filter(({ cancel }) => cancel))(
    "$name, by cancelling each task before each of its steps",
    async (bug) => {
      const found = await explored(bug, kind, { cancel: "every step" });
      expect([found?.switches, found?.cancellations]).toEqual([0, 1]);
    },
  );
});
