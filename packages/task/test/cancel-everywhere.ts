/**
 * Runs a program once for each turn of its loop, and cancels one of its tasks before that turn: whatever a program
 * does, a cancellation may come at any point of it.
 */
import type { Body } from "@asyncio-ts/coroutine";
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { partsOf } from "@asyncio-ts/loop/internal";
import { createTask, type Task } from "@asyncio-ts/task";
import { nameOf, type WakeReason, outcomeOf } from "./virtual-time.js";

export interface Sweep {
  /** How each run ended, by the number of the turn before which the task was cancelled. */
  readonly endings: readonly string[];
  readonly outcomes: readonly WakeReason<string>[];
}

/**
 * Makes the program anew for each run, and has it run as a task of its own, which is the one that is cancelled.
 *
 * @param check is called after each run, with the number of its turn
 */
export async function cancelEverywhere(
  makeProgram: () => Body<string>,
  check: (turn: number, ending: string) => void = () => {},
): Promise<Sweep> {
  const endings: string[] = [];
  const outcomes: WakeReason<string>[] = [];
  for (let turn = 0, ended = false; !ended; turn++) {
    let victim: Task<string> | undefined;
    let turns = 0;
    const outcome = await outcomeOf<string>(
      async () => {
        victim = createTask(makeProgram(), { name: "victim" });
        const task = victim;
        await new Promise<void>((resolve) => {
          task.addDoneCallback(() => resolve());
        });
        if (task.cancelled()) return "cancelled";
        const error = task.exception();
        return error === undefined ? task.result() : nameOf(error);
      },
      {
        prepare(loop) {
          const { scheduler } = partsOf(loop);
          const schedule = scheduler.schedule.bind(scheduler);
          scheduler.schedule = (runnable: Runnable): void => {
            schedule({
              get awaiter() {
                return runnable.awaiter;
              },
              run() {
                if (victim !== undefined && !victim.done() && turns++ === turn) victim.cancel();
                runnable.run();
              },
            });
          };
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
