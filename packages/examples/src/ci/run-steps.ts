import * as asyncio from "asyncio-ts";
import type { Step } from "./steps.js";

/** The longest line, in bytes, that a step may print. */
const LONGEST_LINE = 1_000_000;

/** Hears what the steps do. */
export interface Reporter {
  started(step: Step): void;
  /** The step has printed a line, on stdout or stderr. */
  printed(step: Step, line: string): void;
  passed(step: Step): void;
}

/** Thrown by a step whose command did not end with 0. */
export class StepFailed extends Error {
  constructor(step: Step, code: number) {
    super(`step "${step.name}" ended with ${code < 0 ? `signal ${-code}` : `exit code ${code}`}`);
    this.name = "StepFailed";
  }
}

/**
 * Runs each step as soon as those that it needs have passed. The first that fails stops the others: their
 * processes are ended, and those that have not begun do not begin. So does a cancellation.
 *
 * @throws ExceptionGroup of StepFailed
 */
export const runSteps = asyncio.coroutine(async (steps: readonly Step[], reporter: Reporter) => {
  const passed = new Map(steps.map(({ name }) => [name, new asyncio.Event()]));
  await new asyncio.TaskGroup().with(async (group) => {
    for (const step of steps) {
      group.createTask(async () => {
        for (const need of step.needs) await passed.get(need)?.wait();
        await runStep(step, reporter);
        passed.get(step.name)?.set();
      });
    }
  });
});

const runStep = asyncio.coroutine(async (step: Step, reporter: Reporter) => {
  reporter.started(step);
  await using process = await asyncio.createSubprocessShell(step.run, {
    stdin: asyncio.DEVNULL,
    stdout: asyncio.PIPE,
    stderr: asyncio.STDOUT,
    limit: LONGEST_LINE,
  });
  for await (const line of process.stdout.lines()) reporter.printed(step, line);
  const code = await process.wait();
  if (code !== 0) throw new StepFailed(step, code);
  reporter.passed(step);
});
