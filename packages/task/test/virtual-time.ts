/** Runs of programs on virtual time, and what they leave behind. */
import type { Body } from "@asyncio-ts/coroutine";
import { type ExceptionContext, isCancelled } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { allTasks, run, type RunOptions } from "@asyncio-ts/task";

export interface WakeReason<T> {
  readonly result?: T;
  readonly error?: unknown;
  /** What was reported to the exception handler. */
  readonly reports: readonly ExceptionContext[];
  /** The time that the program took. */
  readonly time: number;
  /** The tasks that were not done in the end. */
  readonly left: number;
}

/** Runs a program on virtual time, and tells how it ended. */
export async function outcomeOf<T>(
  main: Body<T>,
  options?: RunOptions & { readonly prepare?: (loop: EventLoop) => void },
): Promise<WakeReason<T>> {
  const reports: ExceptionContext[] = [];
  // A deadlock need not be waited for: nothing in these programs is on its way where Node does not show it.
  const loop = virtualLoop({ patience: 100 });
  loop.setExceptionHandler((_, context) => reports.push(context));
  // How long a turn takes depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  options?.prepare?.(loop);
  const end = (): Pick<WakeReason<T>, "reports" | "time" | "left"> => ({
    reports,
    time: loop.time(),
    left: allTasks(loop).size,
  });
  try {
    const result = await run(main, { ...options, loopFactory: () => loop });
    return { result, ...end() };
  } catch (error) {
    return { error, ...end() };
  }
}

/** Runs a program on virtual time, and gives its result. Anything reported, or left running, is an error. */
export async function runVirtual<T>(main: Body<T>, options?: RunOptions): Promise<T> {
  const outcome = await outcomeOf(main, options);
  if ("error" in outcome) throw outcome.error;
  if (outcome.reports.length > 0) {
    const [first] = outcome.reports;
    throw new Error(`the program was reported: ${first?.message}`, { cause: first?.exception });
  }
  if (outcome.left > 0) throw new Error(`${outcome.left} tasks are left`);
  return outcome.result as T;
}

/** What an error was, in a word or two, for records of events. */
export function nameOf(error: unknown): string {
  if (isCancelled(error)) return error.message === "" ? "cancelled" : `cancelled: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
