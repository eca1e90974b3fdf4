import { slot } from "@asyncio-ts/future/internal";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidates.js";
import { ExploredLoop } from "../src/explored-loop.js";
import { outsideOf } from "../src/outside-events.js";
import { partsOf } from "../src/parts.js";
import { reportsOf } from "./reports-of.js";

/** Runs a loop until nothing is left in it, and returns the names of what took turns. */
async function namesOf(begin: (outside: ReturnType<typeof outsideOf>, loop: ExploredLoop) => void) {
  const names: string[] = [];
  const witness = {
    turnBegins(_turn: number, chosen: object) {
      const { actor, kind } = chosen as Candidate;
      names.push(kind === "event" ? actor.name : `${kind}: ${actor.name}`);
    },
    turnEnded() {},
    exhausted() {},
  };
  const explored = new ExploredLoop(
    { pick: () => 0 },
    { jitter: 1, turns: 100, patience: 5, witness: () => witness },
  );
  begin(outsideOf(explored), explored);
  const { loop } = explored;
  const forget = partsOf(loop).host.whenExhausted(() => loop.stop());
  await loop.runForever();
  forget();
  return names;
}

describe("events of the world outside", () => {
  test("come one after the other, by their names", async () => {
    const seen: unknown[] = [];
    const names = await namesOf((outside) => {
      outside.call(function click() {
        seen.push("click");
      });
      outside.call((...args: unknown[]) => seen.push("nameless", ...args));
      void outside.promise("answer").then((value) => seen.push(value));
      outside.future("result").addDoneCallback((future) => seen.push(future.result()));
    });
    expect(seen).toEqual(["click", "nameless", "answer", "result"]);
    expect(names).toEqual(["click", "event", "promise", "future", "ready: callback"]);
  });

  test("a promise is one of the test until it is settled, and what awaits it belongs to that turn", async () => {
    const counts: [number, boolean][] = [];
    await namesOf((outside, explored) => {
      void outside.promise(1).then(() => counts.push([explored.promises, slot.microtasksQueued]));
      void outside.promise(2);
      expect(explored.promises).toBe(2);
    });
    expect(counts).toEqual([[1, true]]);
  });

  test("a future that is done already is left as it is", async () => {
    const futures: { cancelled(): boolean }[] = [];
    let reports: unknown[] | undefined;
    await namesOf((outside, { loop }) => {
      reports = reportsOf(loop);
      const future = outside.future("late");
      expect(future.getLoop()).toBe(loop);
      future.cancel();
      futures.push(future);
    });
    expect([futures.map((future) => future.cancelled()), reports]).toEqual([[true], []]);
  });

  test("a callback must be a function", async () => {
    await namesOf((outside) => {
      expect(() => outside.call(1 as never)).toThrow(/^outside\.call\(\) needs a function, got 1/);
    });
  });
});
