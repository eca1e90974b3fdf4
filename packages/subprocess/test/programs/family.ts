/**
 * Programs that start a process with two descendants, write the numbers of the three, and then end or are
 * ended: `node family.js NAME`. The descendants of `stubborn` ones ignore SIGTERM.
 */
import { createSubprocessShell, PIPE, runProcess } from "@asyncio-ts/subprocess";
import { run, sleep } from "@asyncio-ts/task";

const family = "sleep 1000 & a=$!; sleep 1000 & b=$!; echo $$ $a $b; wait; wait; sleep 1000";
const stubborn = `trap '' TERM; ${family}`;

const start = async (script: string): Promise<void> => {
  const process = await createSubprocessShell(script, { stdout: PIPE });
  const line = await process.stdout.readline();
  console.log(new TextDecoder().decode(line).trim());
};

/** Waits until it is cancelled, and tells. */
const wait = async (): Promise<void> => {
  try {
    await sleep(60_000);
  } finally {
    console.log("cancelled");
  }
};

const programs: Record<string, () => unknown> = {
  "a process that is left": () =>
    run(async () => {
      await start(family);
      await wait();
    }),
  "a process in a generator": () =>
    run(function* () {
      yield* startSteps();
      try {
        yield* sleep(60_000);
      } finally {
        console.log("cancelled");
      }
    }),
  runProcess: () =>
    run(async () => {
      try {
        // It writes to where this program does.
        await runProcess("sh", ["-c", family], { stdout: null });
      } finally {
        console.log("cancelled");
      }
    }),
  "a stubborn process": () =>
    run(async () => {
      await start(stubborn);
      await wait();
    }),
  "a stubborn process of a program that listens for SIGINT": () => {
    process.on("SIGINT", () => {});
    return run(async () => {
      await start(stubborn);
      await wait();
    });
  },
  "a run without signals": () =>
    run(
      async () => {
        await start(stubborn);
        await wait();
      },
      { signals: false },
    ),
  "no run": async () => {
    await start(stubborn);
    await wait();
  },
  "process.exit()": () =>
    run(async () => {
      await start(stubborn);
      process.exit(5);
    }),
  "an error that nobody catches": () =>
    run(async () => {
      await start(stubborn);
      setTimeout(() => {
        throw new Error("nobody catches this");
      });
      await sleep(60_000);
    }),
};

function* startSteps() {
  const process = yield* createSubprocessShell(family, { stdout: PIPE });
  console.log(new TextDecoder().decode(yield* process.stdout.readline()).trim());
}

await programs[process.argv[2] as string]?.();
