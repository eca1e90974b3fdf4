/**
 * Runs a scenario again and again, each time with one more place at which a task is cancelled: every task that takes
 * part, before every turn of the loop.
 *
 * The tasks are those that the loop is given to run, in the order in which they are made, the main task first. Before a
 * turn means: what has been granted to the task in this iteration, or an earlier one, is still on its way. So every gap
 * between a hand-over and the turn of the one who gets it is tried, and every suspension.
 */
import type { Body } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { allTasks, run, Task } from "@asyncio-ts/task";

/** Made anew for each run. */
export interface Scenario {
  readonly main: Body<unknown>;
  /** Looks at what is left. `error` is what the main task ended with, if it was no cancellation. */
  check(error: unknown): void | Promise<void>;
}

/** A place at which a task is cancelled. */
interface Cut {
  readonly task: number;
  readonly turn: number;
}

interface Observed {
  readonly turns: number;
  readonly tasks: number;
  /** How many of the cuts found a task to cancel. */
  readonly hits: number;
}

/** Gives how many runs there were in which a task was cancelled. */
export async function cancelAtEveryStep(make: () => Scenario): Promise<number> {
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

async function runCut(make: () => Scenario, cuts: readonly Cut[]): Promise<Observed> {
  const scenario = make();
  const loop = virtualLoop();
  const tasks: Task<unknown>[] = [];
  const problems: string[] = [];
  let turns = 0;
  let hits = 0;
  loop.setExceptionHandler((_loop, { message, exception }) => problems.push(`${message}: ${exception}`));
  const { scheduler } = partsOf(loop);
  const schedule = scheduler.schedule.bind(scheduler);
  scheduler.schedule = (runnable) => {
    if (runnable instanceof Task) tasks.push(runnable);
    schedule({
      run: () => {
        const now = turns++;
        for (const { task, turn } of cuts) if (turn === now && tasks[task]?.cancel() === true) hits++;
        runnable.run();
      },
    });
  };
  try {
    let error: unknown;
    try {
      await run(scenario.main, { loopFactory: () => loop });
    } catch (thrown) {
      if (cuts.length === 0 || !isCancelled(thrown)) error = thrown;
    }
    for (const task of allTasks(loop)) problems.push(`${task} is left`);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    await scenario.check(error);
  } catch (error) {
    const places = cuts.map(({ task, turn }) => `task ${task} (${tasks[task]?.name}) before turn ${turn}`);
    throw new Error(`with ${places.join(" and ") || "nothing"} cancelled: ${String(error)}`, {
      cause: error,
    });
  }
  return { turns, tasks: tasks.length, hits };
}
