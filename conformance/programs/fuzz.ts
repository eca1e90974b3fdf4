/** Compares this library with CPython's asyncio on random programs, and makes a program that fails small. */
import * as fc from "fast-check";
import { programs } from "./generate.js";
import { traceOf } from "./interpreter.js";
import type { Form, Program } from "./program.js";
import { reduce } from "./reduce.js";
import { type Answer, Reference } from "./reference.js";
import { hasEagerTasks, Statistics } from "./statistics.js";

export interface FuzzOptions {
  /** The Python to compare with. */
  readonly python: string;
  /** Where the sequence of programs begins. */
  readonly seed: number;
  /** The number of programs to run. */
  readonly programs: number;
  /** Stops before the next program after so many minutes. Default: none. */
  readonly minutes?: number | undefined;
}

export interface Fuzzed {
  readonly statistics: Statistics;
  /** The smallest program that fails, and how; undefined if all traces were equal. */
  readonly failure: string | undefined;
}

/** Runs random programs until one fails. */
export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const { python, seed, programs: count, minutes } = options;
  const statistics = new Statistics();
  const reference = new Reference(python);
  let failing: Program | undefined;
  const run = async (program: Program): Promise<void> => {
    const answer = await reference.run(program);
    if (failing === undefined && answer.error === null) statistics.add(program, answer);
    const difference = await differenceIn(program, answer);
    if (difference === undefined) return;
    failing = program;
    throw new Error(difference);
  };
  const fails = async (program: Program): Promise<boolean> =>
    (await differenceIn(program, await reference.run(program))) !== undefined;
  try {
    const result = await fc.check(fc.asyncProperty(programs(), run), {
      seed,
      numRuns: count,
      ...(minutes === undefined ? {} : { interruptAfterTimeLimit: minutes * 60_000 }),
    });
    if (failing === undefined) {
      // Neither a difference, nor an end that was asked for: a mistake here, or Python has ended.
      if (result.failed && !result.interrupted) throw result.errorInstance;
      return { statistics, failure: undefined };
    }
    const smallest = await reduce(failing, fails);
    const difference = await differenceIn(smallest, await reference.run(smallest));
    return { statistics, failure: `${JSON.stringify(smallest)}\n${difference}\nseed ${seed}` };
  } finally {
    reference.close();
  }
}

/**
 * Where the traces of a program differ, in words; undefined if they don't, or the program is not compared.
 */
async function differenceIn(program: Program, answer: Answer): Promise<string | undefined> {
  if (answer.error !== null) return answer.error;
  if (answer.tooLong) return undefined;
  const forms: Form[] = hasEagerTasks(program)
    ? ["generator coroutines"]
    : ["generator coroutines", "async functions", "mixed"];
  for (const form of forms) {
    const trace = await traceOf(program, form);
    const first = firstDifference(answer.trace, trace);
    if (first === undefined) continue;
    return [
      `The traces differ at event ${first}, in ${form}.`,
      side("Python", answer.trace, first),
      ...(answer.plain === null
        ? []
        : [side("Python without the rule of lossless cancellation", answer.plain, first)]),
      side("TypeScript", trace, first),
    ].join("\n");
  }
  return undefined;
}

function firstDifference(a: readonly string[], b: readonly string[]): number | undefined {
  for (let index = 0; index < Math.max(a.length, b.length); index++) if (a[index] !== b[index]) return index;
  return undefined;
}

/** A trace around its first difference. */
function side(name: string, trace: readonly string[], first: number): string {
  const lines = trace.slice(Math.max(0, first - 8), first + 5).map((line, index) => {
    const number = Math.max(0, first - 8) + index;
    return `  ${number === first ? ">" : " "} ${number} ${line}`;
  });
  return [`${name} (${trace.length} events):`, ...lines].join("\n");
}
