/**
 * The statistics of a run of random programs: what it has covered, so that a reader can see that it does not
 * discard most of them.
 */
import { type Program, visitStatements } from "./program.js";
import type { Answer } from "./reference.js";

export class Statistics {
  programs = 0;
  private compared = { plain: 0, lossless: 0 };
  private tooLong = 0;
  private withEagerTasks = 0;
  private events = 0;
  private longest = 0;
  private readonly statements: Map<string, number> = new Map();
  private readonly cancels: Map<string, number> = new Map();
  private readonly late: Map<string, number> = new Map();

  /** Counts a program that has run. */
  add(program: Program, answer: Answer): void {
    this.programs++;
    const { length } = answer.trace;
    this.events += length;
    this.longest = Math.max(this.longest, length);
    if (answer.tooLong) this.tooLong++;
    else this.compared[answer.plain === null ? "plain" : "lossless"]++;
    if (hasEagerTasks(program)) this.withEagerTasks++;
    const reached = new Set(answer.trace.map((line) => /^\S+ \d+ (\w+)(?::| \|)/.exec(line)?.[1]));
    const ops = new Set<string>();
    visitStatements(program, ({ op }) => ops.add(op));
    for (const op of ops) if (reached.has(op)) count(this.statements, op, 1);
    for (const [what, times] of Object.entries(answer.cancels)) count(this.cancels, what, times);
    for (const [what, times] of Object.entries(answer.late)) count(this.late, what, times);
  }

  /** The counts, in lines of text. */
  toString(): string {
    const { compared, programs } = this;
    return [
      `${programs} programs, ${this.withEagerTasks} of them with eager tasks (in generator coroutines alone); ` +
        `${Math.round(this.events / Math.max(1, programs))} events on average, at most ${this.longest}`,
      `compared with asyncio as it is: ${compared.plain}`,
      `compared with asyncio made lossless, since a cancellation came too late: ${compared.lossless}`,
      `discarded, since they ran for too long: ${this.tooLong}`,
      `programs that reached each statement: ${list(this.statements)}`,
      `what a cancelled task was in: ${list(this.cancels)}`,
      `why a cancellation came too late: ${list(this.late)}`,
    ].join("\n");
  }
}

/**
 * Tells whether a program has eager tasks. Only generator coroutines can run it then: an async function can't
 * end in the call that starts it.
 */
export function hasEagerTasks(program: Program): boolean {
  let found = false;
  visitStatements(program, (statement) => (found ||= "eager" in statement && statement.eager));
  return found;
}

function count(counts: Map<string, number>, what: string, times: number): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

function list(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "none";
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${what} ${times}`)
    .join(", ");
}
