import { newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { beforeEach, describe, expect, test } from "vitest";
import { type Actor, Actors } from "../src/actors.js";
import { type Candidate, Candidates, MOST_PASSED_OVER } from "../src/candidates.js";
import { Numbers, type StateOptions, StatesOfRun } from "../src/equal-states.js";
import { Handle } from "../src/handle.js";
import { StepTask } from "./step-task.js";

const { scheduler } = partsOf(newEventLoop());
const endOfSleep = Symbol.for("asyncio-ts.wakeReason");

let numbers: Numbers;

beforeEach(() => {
  numbers = new Numbers();
});

/** A run, as the explored loop plays it. */
class Play {
  readonly actors = new Actors();
  readonly candidates = new Candidates(1);
  readonly states: StatesOfRun;
  /** The state that the tasks share. */
  shared: unknown = "";
  now = 0;
  turn = 0;
  current: Actor | undefined = undefined;
  readonly tasks: Record<string, StepTask> = {};

  constructor(options: Partial<StateOptions> = {}) {
    const given = { shared: () => this.shared, inOrder: false, cancels: false, numbers, ...options };
    this.states = new StatesOfRun(given, this.actors);
    for (const name of ["main", "a", "b"]) this.tasks[name] = new StepTask(name);
  }

  task(name: string): StepTask {
    return this.tasks[name] as StepTask;
  }

  /** Makes a task ready. */
  wake(name: string, runnable = this.task(name).wake()): Candidate {
    const actor = this.actors.of(runnable, this.current, "callback");
    this.candidates.addReady(runnable, actor, this.turn);
    this.states.woken(runnable, actor, this.current);
    return this.last();
  }

  callback(): Candidate {
    const handle = new Handle(scheduler, () => {}, []);
    return this.wake("", handle);
  }

  private last(): Candidate {
    return (this.candidates as unknown as { ready: Candidate[] }).ready.at(-1) as Candidate;
  }

  /** Takes a turn, in which `during` runs; returns the number of the state before it. */
  run(candidate: Candidate, during: () => void = () => {}): number | undefined {
    return this.takeTurn(candidate.actor, candidate, during);
  }

  cancel(name: string): number | undefined {
    const task = this.task(name);
    const actor = this.actors.of(task.wake(), undefined, "callback");
    return this.takeTurn(actor, undefined, () => task.cancel());
  }

  private takeTurn(actor: Actor, candidate: Candidate | undefined, during: () => void): number | undefined {
    const state = this.look();
    if (candidate !== undefined) this.candidates.take(candidate);
    this.states.takesTurn(actor, candidate);
    this.current = actor;
    during();
    this.states.turnEnded(actor);
    this.current = undefined;
    return state;
  }

  /** Notes a state as if a turn began, and returns its number. */
  look(): number | undefined {
    this.states.turnBegins(this.turn++, this.now, this.candidates);
    return this.states.numbers.at(-1);
  }
}

/** Plays two runs, and tells whether they end in one state. */
function areEqual(
  one: (play: Play) => void,
  other: (play: Play) => void,
  options: Partial<StateOptions> = {},
): boolean {
  const [first, second] = [one, other].map((begin) => {
    const play = new Play(options);
    for (const name of Object.keys(play.tasks)) play.wake(name);
    for (const candidate of play.candidates.options(0, 0)) play.run(candidate);
    begin(play);
    return play.look();
  });
  expect([first, second]).not.toContain(undefined);
  return first === second;
}

/** Has two tasks take a step each, in this order. */
const steps =
  (order: string, during: (play: Play, name: string) => void = () => {}) =>
  (play: Play): void => {
    const woken = new Map(["a", "b"].map((name) => [name, play.wake(name)]));
    for (const name of order) play.run(woken.get(name) as Candidate, () => during(play, name));
  };

describe("two orders lead to one state", () => {
  test("if the steps change nothing that is shared", () => {
    expect(areEqual(steps("ab"), steps("ba"))).toBe(true);
  });

  test("not if one of them saw what the other one has changed", () => {
    const write = (play: Play): void => void (play.shared = "written");
    expect(areEqual(steps("ab", write), steps("ba", write))).toBe(false);
  });

  test("not if what they share differs at last", () => {
    const write = (play: Play, name: string): void => void (play.shared = name);
    expect(areEqual(steps("ab", write), steps("ba", write))).toBe(false);
    const differ = (shared: string) => (play: Play) => void (play.shared = shared);
    expect(areEqual(differ("x"), differ("y"))).toBe(false);
    expect(areEqual(differ("x"), differ("x"))).toBe(true);
  });

  test("not if the time differs, or who is done", () => {
    const at = (now: number) => (play: Play) => void (play.now = now);
    expect([areEqual(at(5), at(5)), areEqual(at(5), at(6))]).toEqual([true, false]);
    const ends =
      (...names: string[]) =>
      (play: Play) => {
        for (const name of names) play.task(name).state = "finished";
      };
    expect(areEqual(ends("a"), ends("b"))).toBe(false);
    expect(areEqual(ends("a", "b"), ends("b", "a"))).toBe(true);
  });

  test("not if one has taken more steps", () => {
    expect(areEqual(steps("ab"), (play) => (steps("ab")(play), steps("ab")(play)))).toBe(false);
  });

  test("not if something else may run next, or somebody else has woken it", () => {
    expect(
      areEqual(
        (play) => play.wake("a"),
        (play) => play.wake("b"),
      ),
    ).toBe(false);
    expect(
      areEqual(
        (play) => play.wake("a"),
        (play) => play.wake("a"),
      ),
    ).toBe(true);
    const wokenBy = (waker: string, woken: string) =>
      steps("ab", (play, name) => {
        if (name === waker) play.wake(woken);
      });
    expect(areEqual(wokenBy("a", "main"), wokenBy("a", "main"))).toBe(true);
    expect(areEqual(wokenBy("a", "main"), wokenBy("b", "main"))).toBe(false);
  });

  test("not if tasks began to wait in another order, unless they sleep", () => {
    const waiting = (what: string) => (play: Play, name: string) => void (play.task(name).waits = [what]);
    expect(areEqual(steps("ab", waiting("<Lock>")), steps("ba", waiting("<Lock>")))).toBe(false);
    const sleep = waiting("<sleep(5) until 10>");
    expect(areEqual(steps("ab", sleep), steps("ba", sleep))).toBe(true);
  });

  test("if the one that waited first has ended, or is woken", () => {
    const lock = (play: Play, name: string): void => void (play.task(name).waits = ["<Lock>"]);
    const then = (order: string, after: (play: Play) => void) => (play: Play) => {
      steps(order, lock)(play);
      after(play);
    };
    const wake = (play: Play): void => {
      play.wake("a");
    };
    expect(areEqual(then("ab", wake), then("ba", wake))).toBe(true);
    // It has another wait, which still has its place.
    const two = (play: Play): void => {
      play.task("a").waits = ["<Lock>", "<Event>"];
      play.wake("a");
    };
    expect(areEqual(then("ab", two), then("ba", two))).toBe(false);
    // That of a gather is no wait of the task.
    const other = (play: Play): void => {
      play.wake("", { run() {}, awaiter: play.task("a") } as never);
    };
    expect(areEqual(then("ab", other), then("ba", other))).toBe(false);
    const end = (play: Play): void => {
      play.run(play.wake("a", play.task("a").tick()), () => (play.task("a").state = "finished"));
    };
    expect(areEqual(then("ab", end), then("ba", end))).toBe(true);
  });

  test("not if two callbacks ran in another order", () => {
    const callbacks = (order: readonly number[]) => (play: Play) => {
      const made = [play.callback(), play.callback()];
      for (const which of order) play.run(made[which] as Candidate);
    };
    expect(areEqual(callbacks([0, 1]), callbacks([0, 1]))).toBe(true);
    expect(areEqual(callbacks([0, 1]), callbacks([1, 0]))).toBe(false);
  });

  test("if two objects with turns of their own took them in another order, or two tasks started so", () => {
    const inOrder = (order: readonly number[], make: (play: Play) => object[]) => (play: Play) => {
      const made = make(play).map((runnable) => play.wake("", runnable as never));
      for (const which of order) play.run(made[which] as Candidate);
    };
    const gathers = (): object[] => [0, 1].map(() => ({ run() {}, awaiter: { done: () => false } }));
    expect(areEqual(inOrder([0, 1], gathers), inOrder([1, 0], gathers))).toBe(true);
    const started = (): object[] =>
      ["c", "d"].map((name) =>
        Object.assign(new StepTask(name), { run() {}, waits: ["<sleep(1) until 1>"] }),
      );
    expect(areEqual(inOrder([0, 1], started), inOrder([1, 0], started))).toBe(true);
  });

  /** Has each of two tasks make another one, in this order; `during` is the only step of both. */
  const makers =
    (order: string, during: (made: StepTask) => void) =>
    (play: Play): void => {
      const made = new Map(["a", "b"].map((name) => [name, new StepTask(`of ${name}`)]));
      const woken = new Map<string, Candidate>();
      steps(order, (_play, name) => woken.set(name, play.wake(name, made.get(name)?.wake())))(play);
      for (const [name, task] of made) play.run(woken.get(name) as Candidate, () => during(task));
    };

  test("if tasks that have ended, or wait, were made in another order", () => {
    const end = (task: StepTask): void => void (task.state = "finished");
    expect(areEqual(makers("ab", end), makers("ba", end))).toBe(true);
    const wait = (task: StepTask): void => void (task.waits = ["<Lock>"]);
    expect(areEqual(makers("ab", wait), makers("ba", wait))).toBe(true);
  });

  test("a wait of something that is no task has no place among those of tasks", () => {
    const wait = (play: Play): void => void play.wake("", { run() {}, target: () => undefined } as never);
    expect(areEqual(wait, wait)).toBe(true);
  });

  test("if two sleeps ended in another order, each of which only wakes its task", () => {
    const sleeps = (order: readonly number[]) => (play: Play) => {
      const made = ["a", "b"].map(() =>
        play.wake("", { run() {}, deadline: 5, [endOfSleep]: undefined } as never),
      );
      for (const which of order) play.run(made[which] as Candidate);
    };
    expect(areEqual(sleeps([0, 1]), sleeps([1, 0]))).toBe(true);
    expect(areEqual(sleeps([0]), sleeps([1]))).toBe(false);
  });

  test("not if a task was woken by the sleep of another one", () => {
    const sleeps = (order: string) => (play: Play) => {
      const sleep = (): object => ({ run() {}, deadline: 5, [endOfSleep]: undefined });
      const made = new Map<string, Candidate>();
      steps("ab", (_play, name) => made.set(name, play.wake(name, sleep() as never)))(play);
      const [first, second] = [...order].map((name) => made.get(name) as Candidate);
      let main: Candidate | undefined;
      play.run(first as Candidate, () => (main = play.wake("main")));
      play.run(main as unknown as Candidate);
      play.run(second as Candidate);
    };
    expect(areEqual(sleeps("ab"), sleeps("ab"))).toBe(true);
    expect(areEqual(sleeps("ab"), sleeps("ba"))).toBe(false);
  });

  test("not if the order of what is ready counts", () => {
    const ready = (order: string) => (play: Play) => {
      for (const name of order) play.wake(name);
    };
    expect(areEqual(ready("ab"), ready("ba"))).toBe(true);
    expect(areEqual(ready("ab"), ready("ba"), { inOrder: true })).toBe(false);
  });

  test("not if another task has just begun to wait, and tasks are cancelled", () => {
    expect(areEqual(steps("ab"), steps("ba"), { cancels: true })).toBe(false);
    expect(areEqual(steps("ab"), steps("ab"), { cancels: true })).toBe(true);
  });
});

describe("there is no state", () => {
  /** Two turns, and what is noted before the third. */
  function after(act: (play: Play) => void, options: Partial<StateOptions> = {}): number | undefined {
    const play = new Play(options);
    const [main, a] = [play.wake("main"), play.wake("a")];
    play.run(main);
    play.run(a);
    act(play);
    return play.look();
  }

  test("before the first turn, where the program shares nothing yet", () => {
    const play = new Play({ shared: () => expect.unreachable() });
    expect(play.look()).toBeUndefined();
    expect(play.states.failure).toBeUndefined();
    expect(after(() => {})).toBeTypeOf("number");
  });

  test("while a task is being cancelled", () => {
    expect(after((play) => play.task("a").cancel())).toBeUndefined();
    const done = (play: Play): void =>
      void Object.assign(play.task("a"), { requests: 1, state: "cancelled" });
    expect(after(done)).toBeTypeOf("number");
  });

  test("after a turn that cancels, which is in the view of its task", () => {
    const play = new Play();
    const [main, a] = [play.wake("main"), play.wake("a")];
    play.run(main);
    play.run(a);
    expect(play.cancel("a")).toBeTypeOf("number");
    expect(play.look()).toBeUndefined();
    play.task("a").requests = 0;
    const cancelled = play.look();
    expect(cancelled).toBeTypeOf("number");
    const stepped = after((other) => other.run(other.wake("a")));
    expect(stepped).not.toBe(cancelled);
  });

  test("once a task has waited for a native promise", () => {
    const play = new Play();
    play.run(play.wake("main"));
    play.task("main").isNative = true;
    expect(play.look()).toBeUndefined();
    play.task("main").isNative = false;
    expect(play.look()).toBeUndefined();
  });

  test("once the program was woken by nobody of it", () => {
    expect(after((play) => play.states.lost())).toBeUndefined();
  });

  test("after so many turns that what was passed over runs", () => {
    expect(after((play) => void (play.turn = MOST_PASSED_OVER - 1))).toBeTypeOf("number");
    expect(after((play) => void (play.turn = MOST_PASSED_OVER))).toBeUndefined();
  });

  test("once the text can't be made, which is a failure of the run", () => {
    const play = new Play();
    play.run(play.wake("main"));
    play.shared = 5;
    expect(play.look()).toBeUndefined();
    play.shared = "a text again";
    expect(play.look()).toBeUndefined();
    expect(play.states.failure?.error).toEqual(
      new TypeError("equalStates must return a string that tells what the tasks share, got 5"),
    );
  });

  test("once making the text has thrown, and its first error is the failure", () => {
    const errors = [new Error("first"), new Error("second")];
    const play = new Play({
      shared() {
        throw errors.shift();
      },
    });
    play.run(play.wake("main"));
    play.look();
    play.look();
    expect(play.states.failure?.error).toEqual(new Error("first"));
    expect(errors).toHaveLength(1);
  });
});

test("each text has a number of its own, in the order in which they came", () => {
  expect(["a", "b", "a", "c", "b"].map((text) => numbers.of(text))).toEqual([0, 1, 0, 2, 1]);
});
