import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { PolledCoroutine, pending } from "@asyncio-ts/coroutine/lowlevel";
import { Future, type Suspension } from "@asyncio-ts/future";
import { nameCalls } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test, vi } from "vitest";
import { microtasks } from "@asyncio-ts/testkit/manual-scheduler";

/** Takes a number that is there, or waits for one. */
class Take extends PolledCoroutine<number> {
  static {
    nameCalls(this.prototype, "take");
  }

  static readonly events: string[] = [];
  private readonly there: number | undefined | Error;
  private readonly later: Future<number>;

  constructor(there: number | undefined | Error, later = new Future<number>()) {
    super();
    this.there = there;
    this.later = later;
  }

  protected poll(): number | typeof pending {
    Take.events.push("attempt");
    if (this.there instanceof Error) throw this.there;
    return this.there ?? pending;
  }

  protected park(): Future<void> {
    Take.events.push("wait");
    return this.later as Future<unknown> as Future<void>;
  }

  protected override woken(): number {
    return this.later.result();
  }
}

const kinds = [
  {
    kind: "an async function",
    take: (attempt: Take) => (async () => await attempt)(),
  },
  {
    kind: "a generator coroutine",
    take: (attempt: Take) =>
      Promise.resolve(
        coroutine(function* () {
          return yield* attempt;
        })(),
      ),
  },
];

describe.each(kinds)("an attempt in $kind", ({ take }) => {
  test("is a coroutine that does nothing until it is awaited", async () => {
    Take.events.length = 0;
    const attempt = new Take(1);
    await microtasks();
    expect([isCoroutine(attempt), Take.events]).toEqual([true, []]);
    expect(await take(attempt)).toBe(1);
    expect(Take.events).toEqual(["attempt"]);
  });

  test("waits where it has to", async () => {
    Take.events.length = 0;
    const later = new Future<number>();
    const result = take(new Take(undefined, later));
    await microtasks();
    expect(Take.events).toEqual(["attempt", "wait"]);
    later.setResult(2);
    expect(await result).toBe(2);
  });

  test("throws what it throws, at once or after a wait", async () => {
    await expect(take(new Take(new RangeError("at once")))).rejects.toThrow(new RangeError("at once"));
    const later = new Future<number>();
    const result = take(new Take(undefined, later));
    await microtasks();
    later.setException(new RangeError("later"));
    await expect(result).rejects.toThrow(new RangeError("later"));
  });

  test("can be awaited once", async () => {
    const attempt = new Take(1);
    await take(attempt);
    await expect(take(attempt)).rejects.toThrow(/take.* was awaited, or made a task, before/);
  });
});

/** Tries again in its turn, as often as it takes. */
class Retry extends PolledCoroutine<string> {
  private readonly turns: Future<void>[];

  constructor(turns: readonly Future<void>[]) {
    super();
    this.turns = [...turns];
  }

  protected poll(): string | typeof pending {
    return this.turns.length > 0 ? pending : "there";
  }

  protected park(): Future<void> {
    return this.turns.shift() as Future<void>;
  }
}

describe.each(kinds)("in $kind, an attempt that fails in its turn", ({ take }) => {
  test("waits again", async () => {
    const turns = [new Future<void>(), new Future<void>()];
    const events: string[] = [];
    const result = take(new Retry(turns) as never).then((value) => events.push(String(value)));
    for (const [index, turn] of turns.entries()) {
      await microtasks();
      events.push(`turn ${index + 1}`);
      turn.setResult();
    }
    await result;
    expect(events).toEqual(["turn 1", "turn 2", "there"]);
  });
});

test("then() with both handlers resolves to what the one that is called returns, or throws", async () => {
  const unused = (): never => expect.unreachable();
  expect(await new Take(1).then((value) => value + 1, unused)).toBe(2);
  expect(await new Take(1).then(() => undefined, unused)).toBe(undefined);
  await expect(
    new Take(1).then(() => {
      throw new RangeError("in the handler");
    }, unused),
  ).rejects.toThrow(new RangeError("in the handler"));
});

test("an attempt that is yielded without the star is an error that says so", async () => {
  const program = coroutine(function* () {
    yield new Take(1) as unknown as Suspension;
  });
  await expect(program()).rejects.toThrow(/write `yield\*`/);
});

test("a handler is not called inside then(), nor that of an error inside catch()", async () => {
  const events: string[] = [];
  const both = Promise.all([
    new Take(1).then(() => events.push("value")),
    new Take(new RangeError()).catch(() => events.push("error")),
    new Take(1).finally(() => void events.push("finally")),
  ]);
  events.push("after then()");
  await both;
  expect([events[0], events.slice(1).sort()]).toEqual(["after then()", ["error", "finally", "value"]]);
});

test("then() without a handler for what comes passes it on, and nothing is reported", async () => {
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(await new Take(1).then(undefined, () => 2)).toBe(1);
  const failing = async () => await new Take(new RangeError("passed on")).then(() => 2);
  await expect(failing()).rejects.toThrow("passed on");
  await microtasks();
  expect(reported).not.toHaveBeenCalled();
  reported.mockRestore();
});
