/**
 * Calls twelve libraries that get no answer, and ends all calls by one deadline of 300 ms. Prints how each
 * has ended, after how many milliseconds, and what is left open.
 *
 * With `--forever` there is no deadline: Ctrl-C ends the calls, and the exit code is 130.
 */
import { setImmediate as poll } from "node:timers/promises";
import { getRunningLoop } from "@asyncio-ts/loop";
import { abortable, KeyboardInterrupt, run, sleep, TaskGroup, timeoutAt } from "@asyncio-ts/task";
import { calls, type Start } from "./calls.js";
import { SilentServers } from "./silent-servers.js";

const DEADLINE = 300;
const MOST_POLLS = 1000;

const forever = process.argv.includes("--forever");
/** The resources that Node has open for itself, such as the pipes of a parent process. */
const atFirst = process.getActiveResourcesInfo();

function leftOpen(): string[] {
  const left = process.getActiveResourcesInfo();
  for (const kind of atFirst) {
    const index = left.indexOf(kind);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

const main = async (): Promise<void> => {
  await using servers = await SilentServers.start();
  const starts = new Map<string, Start>();
  for (const [name, prepare] of Object.entries(calls)) starts.set(name, await prepare(servers));
  const loop = getRunningLoop();
  const begun = loop.time();
  await new TaskGroup().with(async (group) => {
    for (const [name, start] of starts) {
      group.createTask(async () => {
        try {
          await timeoutAt(forever ? null : begun + DEADLINE).with(() => abortable(start));
        } catch (error) {
          console.log(`${name}: ${(error as Error).name} after ${Math.round(loop.time() - begun)} ms`);
          if (forever) throw error;
        }
      });
    }
    await sleep(0); // all have begun
    console.log("calling");
  });
};

try {
  await run(main);
} catch (error) {
  if (!(error instanceof KeyboardInterrupt)) throw error;
  // An error that is not caught would end the process whatever is left open.
  process.exitCode = 130;
}
// Sockets that were destroyed are closed when the host has handled I/O.
for (let polls = 0; leftOpen().length > 0 && polls < MOST_POLLS; polls++) await poll();
console.log("left open:", leftOpen().join() || "nothing");
