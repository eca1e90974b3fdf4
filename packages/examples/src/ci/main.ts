import { readFile } from "node:fs/promises";
import * as asyncio from "asyncio-ts";
import { printSteps } from "./print-steps.js";
import { runSteps, StepFailed } from "./run-steps.js";
import { parseSteps } from "./steps.js";

export interface CiArguments {
  /** The build file. Default: a small example. */
  readonly steps?: string;
}

/** Runs a build file; returns the exit code. */
export const main = asyncio.coroutine(async ({ steps: file }: CiArguments = {}) => {
  const steps = parseSteps(await readFile(file ?? new URL("../../ci.json", import.meta.url), "utf8"));
  try {
    await runSteps(steps, printSteps(steps, process.stdout));
    console.log(`All ${steps.length} steps have passed.`);
    return 0;
  } catch (errors) {
    if (!(errors instanceof asyncio.ExceptionGroup)) throw errors;
    const [failed, rest] = errors.split(StepFailed);
    if (rest !== undefined || failed === undefined) throw errors;
    for (const { message } of failed.exceptions) console.log(`Stopped: ${message}.`);
    return 1;
  }
});

if (process.argv[1] === import.meta.filename) process.exitCode = await asyncio.run(main());
