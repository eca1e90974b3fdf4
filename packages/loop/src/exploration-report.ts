/** The report of `explore` on a run that failed: its steps, and the line that repeats it. */
import type { Actor, Actors, ExploredTask } from "./actors.js";
import type { Candidate } from "./candidates.js";
import type { Witness } from "./explored-loop.js";
import { Handle } from "./handle.js";
import { countOf, type Deviation, formatSchedule, type Schedule } from "./schedule.js";

/** A report has no more lines of steps than this; those around a deviation are kept. */
const MOST_STEPS = 60;
/** How many lines before and after a deviation are kept. */
const AROUND = 3;

/**
 * Thrown by `explore` for a program that fails in some order. `cause` is the program's error.
 *
 * @example
 * ```ts
 * import { ExplorationError, explore } from "@asyncio-ts/loop/testing";
 * import { createTask } from "@asyncio-ts/task";
 *
 * let last = "";
 * const program = async () => {
 *   const tasks = ["a", "b"].map((name) => createTask(async () => void (last = name)));
 *   for (const task of tasks) await task;
 *   if (last !== "b") throw new Error(`${last} was the last one`);
 * };
 * const error = await explore(program).catch((error) => error);
 * console.log(error instanceof ExplorationError, error.cause.message, "with", error.switches, "switch");
 * await explore(program, { replay: error.replay }).catch((again) => console.log(again.cause.message));
 * // prints: true a was the last one with 1 switch
 * // prints: a was the last one
 * ```
 */
export class ExplorationError extends Error {
  override readonly name: string = "ExplorationError";
  /** Repeats the run that failed: `explore(program, { replay })`. */
  readonly replay: string;
  /** The events of that run, a line for each turn. */
  readonly steps: readonly string[];
  /** How many runs it took to find the failure. */
  readonly runs: number;
  /** In how many turns another one ran than the loop alone would have run. */
  readonly switches: number;
  /** How many tasks were cancelled. */
  readonly cancellations: number;

  /** Made by `explore`. @internal */
  constructor(message: string, found: Omit<ExplorationError, keyof Error>, cause: unknown) {
    super(message, { cause });
    this.replay = found.replay;
    this.steps = found.steps;
    this.runs = found.runs;
    this.switches = found.switches;
    this.cancellations = found.cancellations;
  }
}

/** Makes the error for a run that failed; `found` says when. */
export function errorOfRun(
  found: string,
  runs: number,
  schedule: Schedule,
  steps: readonly string[],
  cause: unknown,
): ExplorationError {
  const switches = countOf(schedule, "switch");
  const cancellations = countOf(schedule, "cancel");
  const replay = formatSchedule(schedule);
  const counts = `${counted(switches, "switch", "es")} and ${counted(cancellations, "cancellation")}`;
  const lines = [
    `${found}, with ${counts}: ${firstLine(cause)}`,
    ...shortened(steps),
    `repeat it with explore(program, { replay: "${replay}" })`,
  ];
  return new ExplorationError(lines.join("\n"), { replay, steps, runs, switches, cancellations }, cause);
}

/**
 * Writes down the steps of a run, up to the end of its main task, or until nothing can wake it. What follows
 * is `run()` cancelling the tasks that are left.
 */
export class StepsOfRun implements Witness {
  readonly lines: string[] = [];
  private readonly actors: Actors;
  /** The line of the present turn; undefined if it is left out. */
  private line: string | undefined = undefined;
  private task: ExploredTask | undefined = undefined;
  private isOver = false;

  constructor(actors: Actors) {
    this.actors = actors;
  }

  turnBegins(turn: number, chosen: Candidate | Actor, deviation: Deviation | undefined): void {
    const actor = "actor" in chosen ? chosen.actor : chosen;
    const did = "actor" in chosen ? this.what(chosen) : "is cancelled";
    const mark = deviation === undefined ? " " : deviation.kind === "switch" ? ">" : "x";
    this.task = actor.task;
    const isTold = did !== undefined || deviation !== undefined;
    this.line = isTold ? `${mark} ${String(turn).padStart(3)}  ${actor.name} ${did ?? "runs"}` : undefined;
  }

  turnEnded(): void {
    const { task, line, actors } = this;
    if (this.isOver) return;
    const after =
      task === undefined ? "" : task.done() ? `, ${ending(task)}` : `, waits for ${actors.waitsOf(task)}`;
    if (line !== undefined) this.lines.push(line + after);
    this.isOver = actors.tasks[0]?.task?.done() === true;
  }

  exhausted(): void {
    if (!this.isOver) this.lines.push("       nothing is left that could wake the program");
    this.isOver = true;
  }

  /** Describes a turn; undefined if no code of the program runs in it. */
  private what({ runnable, kind, actor, deadline }: Candidate): string | undefined {
    if (kind === "timer") return `is due at ${deadline} ms`;
    if (kind === "event") return "comes from outside";
    if (actor.task === undefined) return runnable instanceof Handle ? "runs" : undefined;
    if ((runnable as unknown) === actor.task) return "starts";
    const { describeWait } = runnable as { describeWait?(): string };
    const wait = describeWait?.call(runnable);
    return wait === undefined ? "goes on" : `goes on after ${this.actors.renamed(wait)}`;
  }
}

function ending(task: ExploredTask): string {
  return /(\w+)>$/.exec(String(task))?.[1] ?? "ends";
}

function counted(number: number, what: string, plural = "s"): string {
  return `${number} ${what}${number === 1 ? "" : plural}`;
}

function firstLine(error: unknown): string {
  return String(error).split("\n", 1)[0] as string;
}

/** Leaves out lines of a long run that are far from every deviation, from its beginning, and from its end. */
function shortened(lines: readonly string[]): string[] {
  if (lines.length <= MOST_STEPS) return [...lines];
  const kept = lines.map((_, at) => {
    const near = lines.slice(Math.max(0, at - AROUND), at + AROUND + 1);
    return at < AROUND || at >= lines.length - MOST_STEPS / 4 || near.some((line) => !line.startsWith(" "));
  });
  const short: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (kept[at] === true) short.push(line);
    else if (kept[at - 1] === true) short.push("       …");
  }
  return short;
}
