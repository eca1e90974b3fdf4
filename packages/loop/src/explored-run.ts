/** One run of a program in an explored loop, and how it ended. */
import { isCancelled } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { type Chooser, ExploredLoop, type ExploredLoopOptions } from "./explored-loop.js";
import { type Outside, outsideOf } from "./outside-events.js";
import { countOf, type Schedule } from "./schedule.js";

/** A program under test. */
export type ExploredProgram = (outside: Outside) => unknown;

/** What a run did, and how it ended. */
export interface Outcome {
  readonly schedule: Schedule;
  /** Set if it failed. */
  readonly failure: Failure | undefined;
  /** The number of options in each turn; 0 in one that cancelled. */
  readonly options: readonly number[];
  /** The number of the task that stepped in each turn; -1 if none did. */
  readonly steps: readonly number[];
  /** The numbers of the tasks that ended in a step of their own. */
  readonly ended: ReadonlySet<number>;
  /** Tells orders apart. */
  readonly order: string;
  /** How many tasks, callbacks, timers and events took part. */
  readonly actors: number;
  /** The number of the state before each turn; undefined where nothing may be cut off. */
  readonly states: readonly (number | undefined)[];
  readonly outOfReach: ReadonlySet<string>;
}

/** Why a run failed. */
export interface Failure {
  readonly error: unknown;
  /** Equal for failures that look like the same mistake. */
  readonly kind: string;
}

/**
 * Runs a program. It fails if its main task fails, if anything is reported to the exception handler of its
 * loop, or if it takes too many turns. A cancellation that comes out of it is no failure if the explorer has
 * cancelled a task.
 */
export async function runProgram(
  program: ExploredProgram,
  chooser: Chooser,
  options: ExploredLoopOptions,
): Promise<Outcome> {
  const explored = new ExploredLoop(chooser, options);
  const { loop } = explored;
  const errors: unknown[] = [];
  loop.setExceptionHandler((_loop, { message, exception }) =>
    errors.push(new Error(`the program was reported: ${message}`, { cause: exception })),
  );
  const outside = outsideOf(explored);
  const main = (): unknown => program(outside);
  Object.defineProperty(main, "name", { value: program.name });
  try {
    await (slot.runProgram as NonNullable<typeof slot.runProgram>)(main, () => loop);
  } catch (error) {
    const isExpected = isCancelled(error) && countOf(explored.deviations, "cancel") > 0;
    if (!isExpected) errors.unshift(error);
  }
  if (explored.states?.failure !== undefined) errors.unshift(explored.states.failure.error);
  if (explored.isOver) errors.unshift(new Error(`the program took more than ${options.turns} turns`));
  return {
    schedule: explored.deviations,
    failure: errors.length === 0 ? undefined : { error: errors[0], kind: kindOf(errors[0]) },
    options: explored.options,
    steps: explored.steps,
    ended: explored.ended,
    order: explored.order.join(),
    actors: explored.actors.size,
    states: explored.states?.numbers ?? [],
    outOfReach: explored.outOfReach,
  };
}

/** Describes an error without what differs from run to run: names and numbers. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const [line = ""] = error.message.split("\n");
  return `${error.name}: ${line.replaceAll(/\d+|'[^']*'|"[^"]*"/g, "#")}`;
}

/** Follows a schedule; where that says nothing, the order of the loop. */
export function following(schedule: Schedule): Chooser {
  const turns = new Map(schedule.map((deviation) => [deviation.turn, deviation]));
  const numberIn = (turn: number, kind: "switch" | "cancel"): number | undefined => {
    const deviation = turns.get(turn);
    return deviation?.kind === kind ? deviation.number : undefined;
  };
  return {
    pick: (turn) => numberIn(turn, "switch") ?? 0,
    cancel: (turn) => numberIn(turn, "cancel"),
  };
}
