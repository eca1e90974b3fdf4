/**
 * Code of another realm (`node:vm`, a test runner that uses it), whose promises and generators are of other
 * classes.
 */
import { runInNewContext } from "node:vm";
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, ensureFuture, gather, sleep } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { outcomeOf, runVirtual } from "@asyncio-ts/testkit";

/** Makes a function of another realm; the library is a variable there. */
function foreign<F>(source: string): F {
  return runInNewContext(`(${source})`, { createTask, currentTask, sleep }) as F;
}

describe("another realm", () => {
  const resting = foreign<() => Promise<string>>(
    `async () => { await sleep(5); return currentTask()?.name ?? "no task"; }`,
  );

  test("has promises of another class", () => {
    expect(foreign<() => unknown>("() => Promise.resolve()")()).not.toBeInstanceOf(Promise);
  });

  test("its async function is a body, and knows its task after an await", async () => {
    const main = (): Promise<string> => createTask(resting, { name: "theirs" }).then();
    expect(await outcomeOf<string>(main)).toMatchObject({ result: "theirs", time: 5 });
  });

  test("its generator function and its generator are bodies", async () => {
    const steps = foreign<() => Generator<never, string>>(
      `function* () { yield* sleep(5); return currentTask().name; }`,
    );
    const main = () => gather([createTask(steps, { name: "a" }), createTask(steps(), { name: "b" })]);
    expect(await runVirtual(main)).toEqual(["a", "b"]);
  });

  test("its functions make coroutine functions", async () => {
    const name = coroutine(resting);
    const main = function* () {
      return yield* name();
    };
    expect(await runVirtual(async () => (await name()) === currentTask()?.name)).toBe(true);
    expect(await runVirtual(main)).toMatch(/^Task-\d+$/);
  });

  test("a task that awaits its async function is cancelled in it", async () => {
    const events: string[] = [];
    const cleaning = foreign<(events: string[]) => Promise<void>>(
      `async (events) => { try { await sleep(60000); } finally { events.push("cleaned up"); } }`,
    );
    await runVirtual(async () => {
      const task = createTask(() => cleaning(events));
      await sleep(1);
      task.cancel();
      await task.catch(() => events.push("cancelled"));
    });
    expect(events).toEqual(["cleaned up", "cancelled"]);
  });

  test("its promise is awaited, gathered and followed, and is no body", async () => {
    const main = async (): Promise<unknown> => {
      expect(() => createTask(resting() as never)).toThrow("got a promise, which is running already");
      return [await resting(), await gather([resting()]), await ensureFuture(resting())].flat().length;
    };
    expect(await runVirtual(main)).toBe(3);
  });

  test("what its async callback throws is reported, as of any", async () => {
    const failing = foreign<() => Promise<void>>(`async function failing() { throw new RangeError("x"); }`);
    const { reports } = await outcomeOf(async () => {
      getRunningLoop().callSoon(failing);
      await sleep(1);
    });
    expect(reports.map(({ message, exception }) => [message, String(exception)])).toEqual([
      ["failing(), a callback of the event loop, threw an error", "RangeError: x"],
    ]);
  });
});
