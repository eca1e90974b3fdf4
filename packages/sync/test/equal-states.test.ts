/**
 * `equalStates` of `explore` loses no outcome: random small programs are explored with it and without. The
 * tasks of a program read and write variables, and use a lock, a queue, an event and each other.
 */
import { getRunningLoop } from "@asyncio-ts/loop";
import { type Exploration, explore, type ExploreOptions } from "@asyncio-ts/loop/testing";
import { Event, Lock, Queue } from "@asyncio-ts/sync";
import { sleep, type Task, wait } from "@asyncio-ts/task";
import { awaited, bothKinds, type Kind, type Program, RandomNumbers } from "@asyncio-ts/testkit";
import { rounds } from "@asyncio-ts/testkit/rounds";
import { describe, expect, test } from "vitest";

const operations = [
  "read",
  "write",
  "yield",
  "sleep",
  "lock",
  "unlock",
  "put",
  "get",
  "set",
  "clear",
  "wait",
  "join",
  "cancel",
  "call soon",
] as const;
/** How many programs are explored of each size. */
const SEEDS = rounds(6);

type Operation = readonly [what: (typeof operations)[number], number: number];

/** The state that the tasks share. */
class World {
  readonly variables = [0, 0];
  readonly lock = new Lock();
  readonly event = new Event();
  readonly queue = new Queue<number>();
  readonly items: number[] = [];
  readonly tasks: Task<number>[] = [];

  toString(): string {
    const { variables, lock, event, items, queue } = this;
    return [variables, lock, event, items, queue].join(" | ");
  }
}

/** Makes scripts of steps that end with a wait, so that much of what follows is equal. */
function randomScripts(seed: number, tasks: number, steps: number): Operation[][] {
  const random = new RandomNumbers(seed);
  // Few kinds in one program, so that its tasks meet.
  const kinds = Array.from({ length: 3 }, () => random.oneOf(operations));
  const step = (): Operation[] => [
    [random.oneOf(kinds), random.below(2)],
    [random.oneOf(["yield", "yield", "sleep"] as const), 0],
  ];
  return Array.from({ length: tasks }, () => Array.from({ length: steps }, step).flat());
}

/** Runs a script, and returns all that it has come to know, as one number. */
function* play(world: World, script: readonly Operation[], self: number): Program<number> {
  let known = self + 1;
  let holds = false;
  const learn = (value: number): void => void (known = (known * 31 + value) % 1_000_003);
  try {
    for (const [what, number] of script) {
      if (what === "read") learn(world.variables[number] as number);
      else if (what === "write") world.variables[number] = known;
      else if (what === "yield") yield* awaited(sleep(0));
      else if (what === "sleep") yield* awaited(sleep(number + 1));
      else if (what === "set") world.event.set();
      else if (what === "clear") world.event.clear();
      else if (what === "wait") yield* awaited(world.event.wait());
      else if (what === "lock" && !holds) {
        yield* awaited(world.lock.acquire());
        holds = true;
      } else if (what === "unlock" && holds) {
        world.lock.release();
        holds = false;
      } else if (what === "put") {
        world.items.push(known);
        world.queue.putNowait(known);
      } else if (what === "get") {
        learn(yield* awaited(world.queue.get()));
        world.items.shift();
      } else if (what === "join") {
        const other = world.tasks[number];
        if (other !== undefined && number < self) learn(yield* awaited(other));
      } else if (what === "cancel") world.tasks[number]?.cancel();
      else if (what === "call soon") {
        const { variables } = world;
        getRunningLoop().callSoon(() => void (variables[number] = (variables[number] as number) * 3 + self));
      }
    }
  } finally {
    if (holds) world.lock.release();
  }
  return known;
}

const FIRST = { returnWhen: "FIRST_COMPLETED" } as const;

/** Explores a program, and returns its outcomes: what is shared in the end, and what each task knows. */
async function outcomesOf(
  kind: Kind,
  scripts: readonly (readonly Operation[])[],
  options: ExploreOptions,
  cutsOff: boolean,
): Promise<{ readonly outcomes: string[]; readonly exploration: Exploration }> {
  const outcomes = new Set<string>();
  let world = new World();
  const program = kind.body(function* () {
    const here = (world = new World());
    for (const [self, script] of scripts.entries()) {
      here.tasks.push(kind.startTask(() => play(here, script, self)));
    }
    // Some wait for ever.
    const { pending } = yield* awaited(wait(here.tasks, { timeout: 20 }));
    const ends = here.tasks.map((task) => {
      if (pending.has(task)) return "waits";
      return task.cancelled() ? "cancelled" : (task.exception() ?? task.result());
    });
    const outcome = `${ends.join()} | ${here}`;
    // One more order that matters: else an outcome could be lost only after two switches, see below.
    const [one, other] = [1, 2].map((number) => kind.startTask(() => play(here, [["yield", 0]], number)));
    const { done } = yield* awaited(wait([one as Task<number>, other as Task<number>], FIRST));
    outcomes.add(`${outcome} | ${[...done].map((task) => task.result()).join()}`);
    for (const task of pending) task.cancel();
    yield* awaited(wait(here.tasks));
  });
  const equalStates = cutsOff ? { equalStates: () => String(world) } : {};
  const exploration = await explore(program, { strategy: "exhaustive", ...options, ...equalStates });
  return { outcomes: [...outcomes].sort(), exploration };
}

/** More runs than a program of the test takes in nearly all cases; those that take more are left out. */
const MOST_RUNS = 1500;

interface Sizes {
  readonly bounds: ExploreOptions;
  readonly tasks: number;
  readonly steps: number;
}

describe.each(bothKinds)("random programs of %s", (kind) => {
  test.each<Sizes>([
    { bounds: { switches: Infinity }, tasks: 2, steps: 2 },
    { bounds: { switches: 3 }, tasks: 2, steps: 3 },
    { bounds: { switches: 2 }, tasks: 3, steps: 2 },
    { bounds: { switches: 2, cancel: true }, tasks: 2, steps: 2 },
  ])("have all their outcomes, within $bounds", async ({ bounds, tasks, steps }) => {
    let [runs, runsCutOff] = [0, 0];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scripts = randomScripts(seed, tasks, steps);
      const all = await outcomesOf(kind, scripts, { ...bounds, runs: MOST_RUNS }, false);
      if (!all.exploration.complete) continue;
      const cut = await outcomesOf(kind, scripts, { ...bounds, runs: MOST_RUNS }, true);
      expect([seed, cut.exploration.complete, cut.outcomes]).toEqual([seed, true, all.outcomes]);
      runs += all.exploration.runs;
      runsCutOff += cut.exploration.runs;
    }
    expect(runsCutOff).toBeLessThan(runs);
  });
});

describe.each(bothKinds)("what tells states apart, in %s:", (kind) => {
  const { startTask } = kind;
  const pause = function* (times: number): Program<void> {
    for (let i = 0; i < times; i++) yield* awaited(sleep(0));
  };

  /**
   * Explores all orders of a program with equal states cut off, and then of two tasks; returns all results. A run
   * that is cut off goes on to its end: what can be lost is what needs one more switch after that.
   */
  async function resultsOf(
    program: (share: (tell: () => unknown) => void) => Program<unknown>,
  ): Promise<string[]> {
    const results = new Set<string>();
    let shared: () => unknown = () => "";
    const main = kind.body(function* () {
      let last = "";
      shared = () => "";
      const result = yield* program((tell) => (shared = () => `${tell()} ${last}`));
      const tasks = ["a", "b"].map((name) =>
        startTask(function* () {
          yield* pause(1);
          last = name;
        }),
      );
      yield* awaited(wait(tasks));
      results.add(`${result} ${last}`);
    });
    await explore(main, {
      strategy: "exhaustive",
      switches: Infinity,
      equalStates: () => String(shared()),
    });
    return [...results].sort();
  }

  test("what a task has read, though what it read is as before again", async () => {
    const results = await resultsOf(function* (share) {
      let flag = false;
      share(() => flag);
      const reader = startTask(function* () {
        yield* pause(1);
        const seen = flag;
        yield* pause(2);
        return seen;
      });
      const writer = startTask(function* () {
        flag = true;
        yield* pause(1);
        flag = false;
        yield* pause(2);
      });
      yield* awaited(wait([reader, writer]));
      return reader.result();
    });
    expect(results).toEqual(["false a", "false b", "true a", "true b"]);
  });

  test("who waits first", async () => {
    const results = await resultsOf(function* (share) {
      const lock = new Lock();
      let last = "";
      // Not the number of those who wait, which would tell them apart already.
      share(() => `${lock.locked()} ${last}`);
      const guard = yield* awaited(lock.acquire());
      const tasks = ["a", "b"].map((name) =>
        startTask(function* () {
          yield* awaited(lock.acquire());
          last = name;
          lock.release();
        }),
      );
      yield* awaited(sleep(5));
      guard.release();
      yield* awaited(wait(tasks));
      return last;
    });
    expect(results).toEqual(["a a", "a b", "b a", "b b"]);
  });

  test("which tasks were done when another one looked", async () => {
    const results = await resultsOf(function* (share) {
      share(() => "");
      const tasks = [1, 2].map(() => startTask(() => pause(1)));
      const looking = startTask(function* () {
        const { done } = yield* awaited(wait(tasks, { returnWhen: "FIRST_COMPLETED" }));
        yield* pause(2);
        return done.size;
      });
      yield* awaited(wait([looking]));
      return looking.result();
    });
    expect(results).toEqual(["1 a", "1 b", "2 a", "2 b"]);
  });
});

test("what equalStates throws, or gives in place of a text, is the program's failure", async () => {
  const program = function* (): Program<void> {
    yield* awaited(sleep(1));
    yield* awaited(sleep(1));
  };
  const main = bothKinds[1].body(program);
  const failing = (equalStates: () => string): Promise<unknown> =>
    explore(main, { strategy: "exhaustive", equalStates }).catch((error: Error) => String(error.cause));
  const wrong = "equalStates must return a string that tells what the tasks share, got 5";
  expect(await failing(() => 5 as never)).toContain(wrong);
  const broken = (): never => {
    throw new RangeError("broken");
  };
  expect(await failing(broken)).toBe("RangeError: broken");
});

test("equalStates is for the strategy that tries all orders", async () => {
  const refused = explore(() => {}, { equalStates: () => "" });
  await expect(refused).rejects.toThrow('write strategy: "exhaustive" beside equalStates');
  await expect(explore(() => {}, { strategy: "exhaustive", equalStates: "" as never })).rejects.toThrow(
    TypeError,
  );
});
