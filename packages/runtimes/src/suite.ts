/** The common parts of the suites. */
import { availableParallelism } from "node:os";
import type { Packed } from "./packed.js";
import type { Printed, Runtime, Session } from "./runtime.js";

/** Checks that run on each runtime. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Returns the reason not to run on a runtime that nobody has named; undefined if it runs there. */
  unlessNamed?(runtime: Runtime): string | undefined;
  run(runtime: Runtime, session: Session, packed: Packed): Promise<Outcome[]>;
}

/** The outcome of one check. */
export interface Outcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** The failure, or the reason to skip it. A check that has passed has one if it failed at one try of two. */
  readonly detail?: string;
}

/** How many programs run at a time. */
export const CONCURRENCY = { concurrency: availableParallelism() };

/** The output that a program must have. */
export interface Expected {
  readonly prints: string;
  readonly exitCode?: number;
  /** A pattern of what it writes to stderr. Default: nothing. */
  readonly errors?: RegExp;
}

/** Compares what a program has printed with what it must. */
export function compare(name: string, printed: Printed, expected: Expected): Outcome {
  const { stdout, stderr, exitCode, timedOut } = printed;
  const { prints, exitCode: expectedCode = 0, errors = /^$/ } = expected;
  const wrong = [
    timedOut && "it hangs",
    stdout !== prints && `printed ${JSON.stringify(stdout)} instead of ${JSON.stringify(prints)}`,
    !timedOut && exitCode !== expectedCode && `ended with exit code ${exitCode} instead of ${expectedCode}`,
    !errors.test(stderr) && `wrote to stderr: ${stderr.trim()}`,
  ].filter((each) => each !== false);
  return wrong.length === 0
    ? { name, status: "passed" }
    : { name, status: "failed", detail: wrong.join("\n") };
}
