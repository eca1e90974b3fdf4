/** Runs of programs on virtual time, and what they leave behind. */
import type { Body } from "@asyncio-ts/coroutine";
import type { ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop, type VirtualLoopOptions } from "@asyncio-ts/loop/testing";
import { allTasks, run, type RunOptions } from "@asyncio-ts/task";

/** Options of a run: those of `run()`, and what is called before each turn. */
export type VirtualRunOptions = RunOptions & Pick<VirtualLoopOptions, "beforeTurn">;

export interface Outcome<T> {
  readonly result?: T;
  readonly error?: unknown;
  /** All that was reported to the exception handler, up to the close of the loop. */
  readonly reports: readonly ExceptionContext[];
  /** The time that the program took. */
  readonly time: number;
  /** The number of tasks that were not done in the end. */
  readonly left: number;
}

/**
 * Runs a program on virtual time, or in the loop of `loopFactory`, and returns how it ended. A loop that has
 * an exception handler keeps it.
 */
export async function outcomeOf<T>(main: Body<T>, options: VirtualRunOptions = {}): Promise<Outcome<T>> {
  const { beforeTurn, ...runOptions } = options;
  const reports: ExceptionContext[] = [];
  // A deadlock need not be waited for: nothing in these programs is on its way where Node does not show it.
  const loop =
    runOptions.loopFactory?.() ?? virtualLoop({ patience: 100, ...(beforeTurn && { beforeTurn }) });
  loop.setExceptionHandler(loop.getExceptionHandler() ?? ((_loop, context) => reports.push(context)));
  // The length of a turn depends on the machine.
  loop.slowCallbackDuration = Infinity;
  const end = (): Pick<Outcome<T>, "reports" | "time" | "left"> => ({
    reports,
    time: loop.time(),
    left: allTasks(loop).size,
  });
  try {
    const result = await run(main, { ...runOptions, loopFactory: () => loop });
    return { result, ...end() };
  } catch (error) {
    return { error, ...end() };
  }
}

/**
 * Runs a program on virtual time, and returns its result. Anything reported, or left running, is an error.
 */
export async function runVirtual<T>(main: Body<T>, options?: VirtualRunOptions): Promise<T> {
  const outcome = await outcomeOf(main, options);
  if ("error" in outcome) throw outcome.error;
  if (outcome.reports.length > 0) {
    const [first] = outcome.reports;
    throw new Error(`the program was reported: ${first?.message}`, { cause: first?.exception });
  }
  if (outcome.left > 0) throw new Error(`${outcome.left} tasks are left`);
  return outcome.result as T;
}

/**
 * Runs a program on virtual time, and returns what was reported to the exception handler. Its error is
 * thrown.
 */
export async function reportsOf(
  main: Body<unknown>,
  options?: VirtualRunOptions,
): Promise<readonly ExceptionContext[]> {
  const outcome = await outcomeOf(main, options);
  if ("error" in outcome) throw outcome.error;
  return outcome.reports;
}
