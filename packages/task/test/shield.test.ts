import { waitsOutside } from "@asyncio-ts/future/lowlevel";
import { Future } from "@asyncio-ts/future";
import { newEventLoop } from "@asyncio-ts/loop";
import { createTask, shield, sleep } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("shield() in %s", ({ body, startTask }) => {
  test("gives the result, or the error, of what is inside", async () => {
    const main = body(function* () {
      const result = yield* awaited(shield(sleep(1, "value")));
      let caught: unknown;
      try {
        yield* awaited(
          shield(
            body(function* () {
              yield* awaited(sleep(1));
              throw new Error("inside");
            }),
          ),
        );
      } catch (error) {
        caught = error;
      }
      return [result, nameOf(caught)];
    });
    expect(await runVirtual(main)).toEqual(["value", "Error: inside"]);
  });

  test("cancelling what is inside cancels who awaits the shield", async () => {
    const main = body(function* () {
      const inner = createTask(() => sleep(1000));
      const outer = startTask(function* () {
        yield* awaited(shield(inner));
      });
      yield* awaited(sleep(1));
      inner.cancel();
      yield* awaited(sleep(1));
      return outer.cancelled();
    });
    expect(await runVirtual(main)).toBe(true);
  });

  test("an error of what is inside, once the shield was cancelled, is reported", async () => {
    const main = body(function* () {
      const inner = createTask(
        body(function* () {
          yield* awaited(sleep(10));
          throw new Error("nobody there");
        }),
        { name: "inner" },
      );
      const outer = startTask(function* () {
        yield* awaited(shield(inner));
      });
      yield* awaited(sleep(1));
      outer.cancel();
      yield* awaited(sleep(20));
    });
    const { reports } = await outcomeOf(main);
    expect(reports.map((report) => [report.message, nameOf(report.exception)])).toEqual([
      [
        expect.stringMatching(/^<Task 'inner' failed.*> failed after the shield around it was cancelled/),
        "Error: nobody there",
      ],
    ]);
  });

  test("of what is done it gives that itself, and does not suspend", async () => {
    const main = body(function* () {
      const future = new Future<number>();
      future.setResult(1);
      const value = yield* awaited(shield(future));
      return [value, shield(future) === future];
    });
    expect(await runVirtual(main)).toEqual([1, true]);
  });
});

test("shield() runs a body at once, without being awaited", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    shield(async () => void events.push("ran"));
    await sleep(1);
  });
  expect(events).toEqual(["ran"]);
});

test("a shield that is cancelled leaves what is inside to its end", async () => {
  await runVirtual(async () => {
    const inner = createTask(() => sleep(10, "value"));
    const shielded = shield(inner);
    expect(shielded.cancel("not you")).toBe(true);
    expect([shielded.cancelled(), inner.cancelling()]).toEqual([true, 0]);
    expect(await inner).toBe("value");
  });
});

test("a shield is named after what is inside, and the outermost few of shields of shields are", async () => {
  await runVirtual(async () => {
    const inner = new Future<void>();
    let shields: Future<void> = inner;
    for (let i = 0; i < 100_000; i++) shields = shield(shields);
    expect([String(shield(inner)), String(shield(shield(inner))), String(shields)]).toEqual([
      "<shield of <Future pending> pending>",
      "<shield of shield of <Future pending> pending>",
      "<shield of shield of shield of … pending>",
    ]);
    inner.setResult();
    await shields;
  });
});

test("cancelling a shield whose inner future has its result already loses nothing", async () => {
  await runVirtual(async () => {
    const inner = new Future<string>();
    const task = createTask(async () => await shield(inner));
    await sleep(1);
    inner.setResult("arrived");
    task.cancel();
    expect(await task).toBe("arrived");
  });
});

test("a shield that its owner has ended ignores what becomes of the inner future", async () => {
  await runVirtual(async () => {
    for (const end of [
      (inner: Future<string>) => inner.setResult("late"),
      (inner: Future<string>) => inner.cancel(),
    ]) {
      const inner = new Future<string>();
      const shielded = shield(inner);
      shielded.setResult("early");
      end(inner);
      await sleep(1);
      expect(await shielded).toBe("early");
    }
  });
});

test("a shield whose inner future is done can't be cancelled, and is cancelled if that is", async () => {
  await runVirtual(async () => {
    const [inner, cancelled] = [new Future<string>(), new Future<string>()];
    const [shielded, other] = [shield(inner), shield(cancelled)];
    inner.setResult("arrived");
    cancelled.cancel();
    expect([shielded.cancel(), await shielded]).toEqual([false, "arrived"]);
    await other.catch(() => {});
    expect(other.cancelled()).toBe(true);
  });
});

test("an error that several shields have lost is reported once", async () => {
  const { reports } = await outcomeOf(async () => {
    const inner = new Future<void>();
    for (const shielded of [shield(inner), shield(inner), shield(inner)]) shielded.cancel();
    inner.setException(new Error("lost"));
    await sleep(1);
  });
  expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: lost"]);
});

test("what may wake a shield is what is inside", async () => {
  await runVirtual(async () => {
    const inner = new Future<void>();
    const asked = new Set<object>();
    expect(shield(inner)[waitsOutside](asked as Set<never>)).toBe(false);
    expect([asked.size, asked.has(inner)]).toEqual([1, true]);
  });
});

test("a shield is of the loop of what is inside, wherever it is made", async () => {
  const loop = newEventLoop();
  await runVirtual(async () => {
    const inner = new Future<void>({ loop });
    expect(shield(inner).getLoop()).toBe(loop);
  });
  loop.close();
});
