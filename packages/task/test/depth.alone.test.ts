/**
 * Depth: nothing recurses with the length of a chain. Each program is 20,000 deep; a stack holds about 10,000
 * frames.
 *
 * One thing is not here: a task that is started eagerly runs inside the call that makes it, so those nest as
 * calls do.
 */
import { type Body, coroutine, type Coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import {
  createTask,
  ensureFuture,
  ExceptionGroup,
  gather,
  shield,
  sleep,
  TaskGroup,
  timeout,
  waitFor,
} from "@asyncio-ts/task";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";

const DEPTH = 20_000;

// The stacks of 20,000 errors take longer than all else here.
const { stackTraceLimit } = Error;
beforeAll(() => void (Error.stackTraceLimit = 0));
afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));

describe.each(bothKinds)("20,000 levels of %s", ({ body }) => {
  /** A coroutine that awaits another one, `around` that, and so on down to `bottom`. */
  function nested(around: (inner: () => Coroutine<number>) => PromiseLike<number>, bottom: () => void) {
    const level = (depth: number): Coroutine<number> =>
      coroutine(
        body(function* () {
          if (depth > 0) {
            const below = yield* awaited(around(() => level(depth - 1)));
            return below + 1;
          }
          yield* awaited(sleep(1));
          bottom();
          return 0;
        }) as () => Promise<number>,
      )();
    return level(DEPTH);
  }

  const arounds: [string, (inner: () => Coroutine<number>) => PromiseLike<number>][] = [
    ["coroutines", (inner) => inner()],
    ["tasks", (inner) => createTask(inner())],
    ["task groups", (inner) => new TaskGroup().with(inner)],
    ["tasks in task groups", (inner) => new TaskGroup().with((group) => group.createTask(inner()))],
    ["timeouts", (inner) => timeout(1000).with(inner)],
    ["waitFor()", (inner) => waitFor(inner() as Body<number>, 1000)],
    ["gather()", (inner) => coroutine(async () => (await gather([inner()]))[0] as number)()],
    ["shield()", (inner) => shield(inner())],
  ];

  test.each(arounds)("%s return", async (_, around) => {
    expect(await runVirtual(nested(around, () => {}))).toBe(DEPTH);
  });

  test.each(arounds.slice(0, 5))("%s fail", async (_, around) => {
    const wrong = new Error("at the bottom");
    let error: unknown;
    await runVirtual(async () => {
      try {
        await nested(around, () => {
          throw wrong;
        });
      } catch (caught) {
        error = caught;
      }
    });
    while (error instanceof ExceptionGroup) [error] = error.exceptions;
    expect(error).toBe(wrong);
  });
});

test.each<[string, (inner: Future<unknown>) => Future<unknown>]>([
  ["gather() of gather()", (inner) => gather([inner])],
  ["shield() of shield()", (inner) => shield(inner)],
  ["ensureFuture() of a promise of one", (inner) => ensureFuture(inner.then((value) => value))],
])("20,000 levels of %s end with the innermost.", async (_, around) => {
  await runVirtual(async () => {
    const inner = new Future<string>();
    let outer: Future<unknown> = inner;
    for (let depth = 0; depth < DEPTH; depth++) outer = around(outer);
    await sleep(1);
    inner.setResult("value");
    let value = await outer;
    while (Array.isArray(value)) [value] = value;
    expect(value).toBe("value");
  });
});
