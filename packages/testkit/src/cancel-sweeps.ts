/**
 * Cancel sweeps: a program runs again and again, each time with a cancellation at another place, until all
 * places have been tried.
 *
 * A place is a task and a turn of the loop before which it is cancelled. What has been granted to the task in
 * that iteration, or an earlier one, is then still on its way: every gap between a hand-over and the turn of
 * the task that gets it is tried, and every suspension. `VirtualLoopOptions.beforeTurn` tells of the turns.
 */
import type { Body } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { allTasks, createTask, type Task } from "@asyncio-ts/task";
import { nameOf } from "./errors.js";
import { type Outcome, outcomeOf } from "./virtual-runs.js";

export interface MainSweep {
  /** The ending of each run, by the number of the turn before which the task was cancelled. */
  readonly endings: readonly string[];
  readonly outcomes: readonly Outcome<string>[];
}

/**
 * Runs a program once for each of its turns, as a task that is cancelled before that turn.
 *
 * @param makeProgram makes the program anew for each run
 * @param check is called after each run, with the number of its turn
 */
export async function cancelBeforeEachTurn(
  makeProgram: () => Body<string>,
  check: (turn: number, ending: string) => void = () => {},
): Promise<MainSweep> {
  const endings: string[] = [];
  const outcomes: Outcome<string>[] = [];
  for (let turn = 0, ended = false; !ended; turn++) {
    let victim: Task<string> | undefined;
    let turns = 0;
    const outcome = await outcomeOf<string>(
      async () => {
        const task = createTask(makeProgram(), { name: "victim" });
        victim = task;
        await new Promise<void>((resolve) => {
          task.addDoneCallback(() => resolve());
        });
        if (task.cancelled()) return "cancelled";
        const error = task.exception();
        return error === undefined ? task.result() : nameOf(error);
      },
      {
        beforeTurn() {
          if (victim !== undefined && !victim.done() && turns++ === turn) victim.cancel();
        },
      },
    );
    ended = turns <= turn;
    const ending = outcome.result ?? nameOf(outcome.error);
    endings.push(ending);
    outcomes.push(outcome);
    check(turn, ending);
  }
  return { endings, outcomes };
}

/** A program whose tasks are cancelled, made anew for each run. */
export interface SweptProgram {
  readonly main: Body<unknown>;
  /** Looks at what is left. `error` is what the main task ended with, if it was no cancellation. */
  check(error: unknown): void | Promise<void>;
}

/**
 * A task, by its place in the order in which the tasks were made, and a turn before which it is cancelled.
 */
interface Cut {
  readonly task: number;
  readonly turn: number;
}

interface Observed {
  readonly turns: number;
  readonly tasks: number;
  /** The number of cuts that found a task to cancel. */
  readonly hits: number;
}

/**
 * Runs a program with every task that takes part, the main task too, cancelled before every turn: alone,
 * before two turns in a row, and together with the next task.
 *
 * @returns in how many runs a task was cancelled
 * @throws Error that names the places, if a check fails, a task is left, or anything is reported.
 */
export async function cancelEachTaskBeforeEachTurn(make: () => SweptProgram): Promise<number> {
  const { turns, tasks } = await runCut(make, []);
  let hits = 0;
  for (let turn = 0; turn < turns; turn++) {
    for (let task = 0; task < tasks; task++) {
      const once = { task, turn };
      const cuts = [[once], [once, { task, turn: turn + 1 }], [once, { task: (task + 1) % tasks, turn }]];
      for (const cut of cuts) if ((await runCut(make, cut)).hits > 0) hits++;
    }
  }
  return hits;
}

async function runCut(make: () => SweptProgram, cuts: readonly Cut[]): Promise<Observed> {
  const program = make();
  const tasks = new Set<Task<unknown>>();
  let turns = 0;
  let hits = 0;
  const { error, reports, left } = await outcomeOf(program.main, {
    beforeTurn() {
      for (const task of allTasks()) tasks.add(task);
      const now = turns++;
      for (const { task, turn } of cuts) if (turn === now && [...tasks][task]?.cancel() === true) hits++;
    },
  });
  try {
    const problems = reports.map(({ message, exception }) => `${message}: ${exception}`);
    if (left > 0) problems.push(`${left} tasks are left`);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    await program.check(cuts.length > 0 && isCancelled(error) ? undefined : error);
  } catch (cause) {
    const places = cuts.map(
      ({ task, turn }) => `task ${task} (${[...tasks][task]?.name}) before turn ${turn}`,
    );
    throw new Error(`with ${places.join(" and ") || "nothing"} cancelled: ${String(cause)}`, { cause });
  }
  return { turns, tasks: tasks.size, hits };
}
