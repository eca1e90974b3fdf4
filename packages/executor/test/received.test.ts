import { ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { toThread } from "@asyncio-ts/executor";
import { gather, run } from "@asyncio-ts/task";
import { bothKinds, awaited } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { pools } from "./support/pools.js";
import type * as Variables from "./workers/variables.js";

const module = new URL("dist/variables.js", import.meta.url);

const user = new ContextVar<unknown>("user", { transfer: true });
const limits = new ContextVar<ReadonlyMap<string, number>>("limits", { transfer: true });
const local = new ContextVar("local", { default: "the program's" });
const loaded = "set when the module was loaded";

describe.each(pools)("a $kind", ({ Pool, kind }) => {
  test("sees the variables that are sent, as they were at the submit, and nothing of others", async () => {
    await using pool = new Pool<typeof Variables>(module, { maxWorkers: 1 });
    await run(async () => {
      local.set("of no concern");
      const before = pool.submit("seen");
      user.set("Ann");
      limits.set(new Map([["most", 3]]));
      const [one, other] = [pool.submit("seen"), pool.submit("seenByTask")];
      user.set("Bob");
      expect(await gather([before, one, other, ...pool.map("seenByNew", ["user", "other"])])).toEqual([
        ["nobody", undefined, loaded],
        ["Ann", 3, loaded],
        ["Ann", "the task's"],
        "Bob",
        "nothing",
      ]);
    });
  });

  test("forgets what a job has set", async () => {
    await using pool = new Pool<typeof Variables>(module, { maxWorkers: 1 });
    expect(await pool.submit("change")).toBe("changed changed");
    expect(await pool.submit("seen")).toEqual(["nobody", undefined, loaded]);
    await run(async () => {
      user.set("Ann");
      expect(await pool.submit("change")).toBe("changed changed");
      expect(await pool.submit("seen")).toEqual(["Ann", undefined, loaded]);
    });
    expect(await pool.submit("seen")).toEqual(["nobody", undefined, loaded]);
  });

  test("does not get a value that can't be cloned, and the error names the variable", async () => {
    await using pool = new Pool<typeof Variables>(module, { maxWorkers: 1 });
    await run(async () => {
      user.set({ logger: { write: () => {} } });
      await expect(pool.submit("seen")).rejects.toThrow(
        `the value of ContextVar 'user', which goes with the arguments of seen() can't be sent to a ${kind}: ` +
          "logger.write is a function; make the variable without { transfer: true }, or set it to what can be cloned",
      );
      user.set("Ann");
      expect((await pool.submit("seen"))[0]).toBe("Ann");
    });
  });
});

test.each(bothKinds)("toThread in %s sees the variables of its task", async ({ body }) => {
  const inThread = toThread<typeof Variables>(module);
  const main = body(function* () {
    user.set("Ann");
    const copy = copyContext();
    user.set("Bob");
    return yield* awaited(gather([inThread("seen"), copy.run(() => inThread("seen"))]));
  });
  expect((await run(main)).map(([name]) => name)).toEqual(["Bob", "Ann"]);
});
