import { slot } from "@asyncio-ts/future/internal";
import type { Scheduler } from "@asyncio-ts/future/lowlevel";
import { partsOf } from "@asyncio-ts/loop/internal";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidates.js";
import { Numbers } from "../src/equal-states.js";
import { type Chooser, ExploredLoop, type ExploredLoopOptions } from "../src/explored-loop.js";
import { formatSchedule } from "../src/schedule.js";
import { reportsOf } from "./reports-of.js";
import { StepTask } from "./step-task.js";
import { toldUntilExhausted } from "./told-until-exhausted.js";

type Made = ReturnType<typeof make>;

/** Makes an explored loop; by default it runs the first option of each turn, as the loop alone would. */
function make(chooser: Partial<Chooser> = {}, options: Partial<ExploredLoopOptions> = {}) {
  const explored = new ExploredLoop(
    { pick: () => 0, ...chooser },
    { jitter: 1, turns: 1000, patience: 5, ...options },
  );
  const { scheduler } = partsOf(explored.loop);
  const log: string[] = [];
  const soon = (name: string, call?: () => void): void =>
    void explored.loop.callSoon(() => {
      log.push(name);
      call?.();
    });
  const later = (delay: number, name: string) =>
    explored.loop.callLater(delay, () => {
      log.push(`${name} at ${explored.loop.time()}`);
    });
  return { explored, loop: explored.loop, scheduler: scheduler as Scheduler, log, soon, later };
}

describe("the turns of an explored loop", () => {
  test("are chosen among what is ready, and recorded", async () => {
    const asked: [number, string[]][] = [];
    const made = make({
      pick(turn, options) {
        asked.push([turn, options.map(({ actor }) => actor.name)]);
        return turn === 0 ? 2 : 1;
      },
    });
    for (const name of ["a", "b", "c", "d"]) made.soon(name);
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["c", "b", "d", "a"]);
    // Where there is one option, nobody is asked.
    expect(asked.map(([turn, { length }]) => [turn, length])).toEqual([
      [0, 4],
      [1, 3],
      [2, 2],
    ]);
    expect(made.explored.options).toEqual([4, 3, 2, 1]);
    expect(formatSchedule(made.explored.deviations)).toBe("0:2 1:1 2:1");
    expect([made.explored.turn, made.explored.steps]).toEqual([4, [-1, -1, -1, -1]]);
  });

  test("run the first option if the chooser names one that is not there", async () => {
    const made = make({ pick: (_turn, options) => options.length });
    for (const name of ["a", "b"]) made.soon(name);
    await toldUntilExhausted(made.loop);
    expect([made.log, made.explored.deviations]).toEqual([["a", "b"], []]);
  });

  test("have the names of who made what", async () => {
    const names: string[] = [];
    const made = make(
      {},
      {
        witness: () => ({
          turnBegins: (_turn, chosen) => void names.push((chosen as Candidate).actor.name),
          turnEnded() {},
          exhausted() {},
        }),
      },
    );
    const task = new StepTask("Task-1");
    task.step(made.scheduler, () => {
      made.loop.callSoon(() => {});
      made.later(1, "timer");
      made.explored.addEvent({ run() {} }, "click");
    });
    await toldUntilExhausted(made.loop);
    expect(names.sort()).toEqual(["callback of main", "click of main", "main", "timer of main"]);
  });

  test("are numbered, and end the run if there are too many", async () => {
    const made = make({}, { turns: 3 });
    const reports = reportsOf(made.loop);
    for (const name of ["a", "b", "c", "d"]) made.soon(name);
    expect([await toldUntilExhausted(made.loop), reports]).toEqual([[true], []]);
    expect([made.log, made.explored.isOver, made.explored.isEmpty]).toEqual([["a", "b", "c"], true, true]);
    made.soon("after that");
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["a", "b", "c"]);
  });

  test("of as many as are allowed are not too many", async () => {
    const made = make({}, { turns: 3 });
    for (const name of ["a", "b", "c"]) made.soon(name);
    await toldUntilExhausted(made.loop);
    expect([made.log, made.explored.isOver]).toEqual([["a", "b", "c"], false]);
  });

  test("are never too long", () => {
    expect(make().loop.slowCallbackDuration).toBe(Infinity);
  });

  test("are timers when nothing is ready, which move the clock", async () => {
    const made = make();
    made.later(20, "second");
    made.later(10, "first");
    const cancelled = made.later(30, "cancelled");
    made.soon("ready", () => cancelled.cancel());
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["ready", "first at 10", "second at 20"]);
    expect(made.loop.time()).toBe(20);
  });

  test("may take timers that nearly tie in either order, and the clock never goes back", async () => {
    const made = make({ pick: (_turn, options) => options.length - 1 });
    made.later(10, "first");
    made.later(10.5, "second");
    made.later(12, "third");
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["second at 10.5", "first at 10.5", "third at 12"]);
  });

  test("are timers that one turn makes due, behind what is ready", async () => {
    const made = make();
    made.loop.callLater(10, () => made.soon("woken by the first"));
    made.later(10, "second");
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["second at 10", "woken by the first"]);
  });

  test("never take a timer before what was ready when it was set, although they tie", async () => {
    const made = make({ pick: (_turn, options) => options.length - 1 });
    made.soon("first", () => {
      made.soon("ready");
      made.later(0.5, "timer");
    });
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["first", "ready", "timer at 0.5"]);
  });

  test("may be an event from outside, by itself when nothing else can run", async () => {
    const made = make();
    made.explored.addEvent({ run: () => made.log.push("event") }, "event");
    made.soon("ready");
    made.later(10, "timer");
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["ready", "event", "timer at 10"]);
  });

  test("let the runtime handle its events before the next timer", async () => {
    const made = make();
    made.later(10, "timer");
    setImmediate(() => made.soon("from outside"));
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["from outside", "timer at 10"]);
    expect([...made.explored.outOfReach]).toEqual(["what woke the program from outside"]);
  });

  test("let the runtime handle its events before each timer", async () => {
    const made = make();
    made.loop.callLater(10, () => setImmediate(() => made.soon("from outside")));
    made.later(20, "second");
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["from outside", "second at 20"]);
  });

  test("tell orders apart, whatever has been added, and by whom", async () => {
    const orderOf = async (switches: readonly number[], names = ["a", "b", "c"]): Promise<string> => {
      const made = make({ pick: (turn) => switches[turn] ?? 0 });
      for (const name of names) made.soon(name);
      await toldUntilExhausted(made.loop);
      return made.explored.order.join();
    };
    const orders = [];
    for (const switches of [[], [0, 1], [1], [1, 1], [2], [2, 1]]) orders.push(await orderOf(switches));
    expect(new Set(orders).size).toBe(6);
    expect(await orderOf([1, 1])).toBe(orders[3]);
    expect(await orderOf([], ["a", "b"])).not.toBe(orders[0]);
  });
});

describe("the tasks of an explored loop", () => {
  /** A loop with a main task and two others, each of which takes a step. */
  function withTasks(chooser: Partial<Chooser> = {}): Made & { tasks: StepTask[] } {
    const made = make(chooser);
    const tasks = ["main", "a", "b"].map((name) => new StepTask(name));
    for (const task of tasks) task.step(made.scheduler, () => made.log.push(task.name));
    return { ...made, tasks };
  }

  test("step in turns of their own, and those that have ended in one are noted", async () => {
    const made = withTasks();
    const [, a] = made.tasks as [StepTask, StepTask, StepTask];
    made.soon("callback");
    a.step(made.scheduler, () => (a.state = "finished"));
    await toldUntilExhausted(made.loop);
    expect(made.explored.steps).toEqual([0, 1, 2, -1, 1]);
    expect([...made.explored.ended]).toEqual([1]);
  });

  test("are cancelled in a turn of its own, if the chooser says so", async () => {
    const seen: [number, string[], string[]][] = [];
    const made = withTasks({
      cancel(turn, live, stepping) {
        seen.push([turn, live.map(({ name }) => name), stepping.map(({ name }) => name)]);
        return turn === 1 ? 2 : undefined;
      },
    });
    const [, a, b] = made.tasks as [StepTask, StepTask, StepTask];
    b.cancel = (message?: string) => {
      made.log.push(`b: ${message}, with microtasks: ${slot.microtasksQueued}`);
      return true;
    };
    a.step(made.scheduler, () => (a.state = "finished"));
    await toldUntilExhausted(made.loop);
    expect(made.log).toEqual(["main", "b: cancelled by explore(), with microtasks: true", "a", "b"]);
    expect([formatSchedule(made.explored.deviations), made.explored.options]).toEqual([
      "1x2",
      [4, 0, 3, 2, 1],
    ]);
    expect(made.explored.steps).toEqual([0, -1, 1, 2, 1]);
    expect(seen[0]).toEqual([0, ["a", "b"], ["main", "a", "b", "a"]]);
    expect(seen.at(-1)).toEqual([4, ["a", "b"], ["a"]]);
  });

  test("are not cancelled if they are done, or the main one: the turn goes to what is ready", async () => {
    const made = withTasks({ cancel: (turn) => [0, 1, 5][turn] });
    for (const task of made.tasks) task.cancel = () => expect.unreachable();
    (made.tasks[1] as StepTask).state = "finished";
    await toldUntilExhausted(made.loop);
    expect([made.log, made.explored.deviations]).toEqual([["main", "a", "b"], []]);
  });

  test("that are cancelled in another turn, or are others, have another order", async () => {
    const orders = new Set<string>();
    for (const task of [1, 2]) {
      for (const cancelled of [1, 2]) {
        const made = withTasks({ cancel: (turn) => (turn === cancelled ? task : undefined) });
        await toldUntilExhausted(made.loop);
        orders.add(made.explored.order.join());
      }
    }
    expect(orders.size).toBe(4);
  });

  test("that wait for a native promise are out of reach, unless it is one of the test", async () => {
    const made = withTasks();
    const [, a, b] = made.tasks as [StepTask, StepTask, StepTask];
    a.isNative = true;
    await toldUntilExhausted(made.loop);
    expect([...made.explored.outOfReach]).toEqual(["a native promise that a awaited"]);
    const other = withTasks();
    (other.tasks[2] as StepTask).isNative = true;
    other.explored.promises = 1;
    await toldUntilExhausted(other.loop);
    expect([b.isNative, ...other.explored.outOfReach]).toEqual([false]);
  });
});

describe("the witness of a run", () => {
  test("hears of each turn, its end, and that nothing is left", async () => {
    const heard: string[] = [];
    const made = make(
      { pick: () => 1, cancel: (turn) => (turn === 1 ? 1 : undefined) },
      {
        witness: () => ({
          turnBegins(turn, chosen, deviation) {
            const name = "actor" in chosen ? chosen.actor.name : `the task ${chosen.name}`;
            heard.push(
              `${turn} ${name}${deviation === undefined ? "" : ` ${deviation.kind} ${deviation.number}`}`,
            );
          },
          turnEnded: () => heard.push("ended"),
          exhausted: () => heard.push("exhausted"),
        }),
      },
    );
    for (const name of ["first", "worker"]) new StepTask(name).step(made.scheduler, () => heard.push(name));
    await toldUntilExhausted(made.loop);
    expect(heard).toEqual([
      "0 worker switch 1",
      "worker",
      "ended",
      "1 the task worker cancel 1",
      "ended",
      "2 main",
      "first",
      "ended",
      "exhausted",
    ]);
  });
});

describe("the states of a run", () => {
  /** Two tasks that take a step each, and change what they share if they are told to. */
  async function statesOf(switched: boolean, isShared: boolean, numbers = new Numbers()): Promise<unknown[]> {
    let shared = "";
    const states = { shared: () => shared, inOrder: false, cancels: false, numbers };
    const made = make({ pick: () => (switched ? 1 : 0) }, { states });
    made.soon("nobody", () => {});
    const tasks = ["main", "a", "b"].map((name) => new StepTask(name));
    for (const task of tasks) {
      task.step(made.scheduler, () => {
        if (isShared) shared += task.name;
        task.state = "finished";
      });
    }
    await toldUntilExhausted(made.loop);
    return [...(made.explored.states?.numbers ?? [])];
  }

  test("are noted before each turn but the first", async () => {
    const states = await statesOf(false, true);
    expect(states).toHaveLength(4);
    expect(states[0]).toBeUndefined();
    expect(new Set(states).size).toBe(4);
  });

  test("differ if two callbacks took their turns in another order", async () => {
    const numbers = new Numbers();
    const lastOf = async (first: number): Promise<unknown> => {
      const states = { shared: () => "", inOrder: false, cancels: false, numbers };
      const made = make({ pick: (turn) => (turn === 0 ? first : 0) }, { states });
      for (const name of ["a", "b", "c"]) made.soon(name);
      await toldUntilExhausted(made.loop);
      expect(made.log.at(-1)).toBe("c");
      return made.explored.states?.numbers.at(-1);
    };
    expect(await lastOf(0)).toBe(await lastOf(0));
    expect(await lastOf(0)).not.toBe(await lastOf(1));
  });

  test("are not there without the option, or after the program was woken from outside", async () => {
    expect(make().explored.states).toBeUndefined();
    const states = { shared: () => "", inOrder: false, cancels: false, numbers: new Numbers() };
    const made = make({}, { states });
    made.later(10, "timer");
    made.soon("first");
    setImmediate(() => made.soon("from outside"));
    await toldUntilExhausted(made.loop);
    expect(made.explored.states?.numbers.at(-1)).toBeUndefined();
  });
});
