import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Semaphore } from "@asyncio-ts/sync";
import { runProcess } from "@asyncio-ts/subprocess";
import { gather, run } from "@asyncio-ts/task";
import { times, type Topic } from "../topic.js";

const AT_ONCE = 20;
const PROGRAM = "echo";
const WORD = "hello";

const isRight = (output: Uint8Array | string): boolean => output.toString().trim() === WORD;

/** Runs so many programs with a function that awaits one, of which `AT_ONCE` run at a time. */
async function inLanes(operations: number, runOne: () => Promise<Uint8Array | string>): Promise<number> {
  let started = 0;
  let done = 0;
  const lane = async () => {
    while (started < operations) {
      started += 1;
      if (isRight(await runOne())) done += 1;
    }
  };
  await Promise.all(times(AT_ONCE, lane));
  return done;
}

export const topic: Topic = {
  name: "subprocess",
  title: "short child processes",
  note: `\`echo\`, whose output is read; ${AT_ONCE} at once. Ours start each in a session of its own, so that they can end it with its descendants.`,
  cases: [
    {
      name: "20 at once",
      operation: "one program, from its start until it has ended and all of its output is there",
      size: 200,
      contenders: {
        generator: () => (operations) =>
          run(function* () {
            const permits = new Semaphore(AT_ONCE);
            const runOne = function* () {
              const { stdout } = yield* permits.with(runProcess(PROGRAM, [WORD]));
              return Buffer.from(stdout);
            };
            const outputs = yield* gather(times(operations, () => runOne()));
            return outputs.filter(isRight).length;
          }),
        async: () => (operations) =>
          run(async () => {
            const permits = new Semaphore(AT_ONCE);
            const runOne = async () => {
              const { stdout } = await permits.with(() => runProcess(PROGRAM, [WORD]));
              return Buffer.from(stdout);
            };
            const outputs = await gather(times(operations, () => runOne()));
            return outputs.filter(isRight).length;
          }),
        native: () => {
          const execute = promisify(execFile);
          return (operations) => inLanes(operations, async () => (await execute(PROGRAM, [WORD])).stdout);
        },
        execa: async () => {
          const { execa } = await import("execa");
          return (operations) => inLanes(operations, async () => (await execa(PROGRAM, [WORD])).stdout);
        },
      },
      python: ["asyncio", "uvloop"],
    },
  ],
};
