/**
 * Programs that end, or go on, in ways that the world outside of the loop chooses: `node endings.js NAME`.
 */
import { pbkdf2 } from "node:crypto";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, DeadlockError, run, sleep, TaskGroup } from "@asyncio-ts/task";

const leave = (): never => process.exit(3);

/** A task that needs many turns: it says whether the loop still runs. */
const countTurns = async (): Promise<string> => {
  for (let i = 0; i < 20; i++) await sleep(0);
  return "the loop runs";
};

const programs: Record<string, () => unknown> = {
  "exit in a callback": () =>
    run(async () => {
      getRunningLoop().callSoon(leave);
      await sleep(60_000);
    }),
  "exit in a finally": () =>
    run(async () => {
      const task = createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          leave();
        }
      });
      await sleep(1);
      task.cancel();
      await task;
    }),
  "exit in the finally of a generator": () =>
    run(async () => {
      const task = createTask(function* () {
        try {
          yield* sleep(60_000);
        } finally {
          leave();
        }
      });
      await sleep(1);
      task.cancel();
      await task;
    }),
  "exit in a task of a group": () =>
    run(async () => {
      await new TaskGroup().with(async (group) => {
        group.createTask(async () => {
          await sleep(1);
          leave();
        });
        await sleep(60_000);
      });
    }),
  "exit in an exception handler": () =>
    run(async () => {
      getRunningLoop().setExceptionHandler(leave);
      getRunningLoop().callSoon(() => {
        throw new Error("in a callback");
      });
      await sleep(60_000);
    }),
  "an exit listener that uses the loop": () => {
    process.on("exit", () => {
      getRunningLoop().callSoon(() => console.log("never"));
      createTask(async () => console.log("never"));
      leave();
    });
    return run(() => sleep(1));
  },
  "errors in the ticks and microtasks of others": async () => {
    let uncaught = 0;
    process.on("uncaughtException", () => uncaught++);
    for (const loopFactory of [newEventLoop, virtualLoop]) {
      await run(
        async () => {
          const other = createTask(countTurns);
          for (let i = 0; i < 5; i++) {
            process.nextTick(() => {
              throw new Error("in a tick");
            });
            queueMicrotask(() => {
              throw new Error("in a microtask");
            });
            await sleep(0);
            await sleep(1);
          }
          console.log(await other);
        },
        { loopFactory: () => loopFactory() },
      );
    }
    console.log(uncaught);
  },
  "the same on the default loop": async () => {
    process.on("uncaughtException", () => {});
    for (let i = 0; i < 5; i++) {
      process.nextTick(() => {
        throw new Error("in a tick");
      });
      await createTask(() => sleep(1));
    }
    console.log(await createTask(countTurns));
  },
  "an async exception handler": () =>
    run(async () => {
      const told = new Future<void>();
      getRunningLoop().setExceptionHandler(async (_, { message }) => {
        await sleep(1);
        console.log(message);
        told.setResult();
        throw new Error("in the handler");
      });
      getRunningLoop().callSoon(() => {
        throw new Error("in a callback");
      });
      await told;
      console.log(await countTurns());
    }),
  "a console that is broken": async () => {
    process.on("uncaughtException", ({ message }) => console.log(message));
    console.error = () => {
      throw new Error("the console is broken");
    };
    await run(async () => {
      getRunningLoop().callSoon(() => {
        throw new Error("in a callback");
      });
      await sleep(20);
      console.log(await countTurns());
    });
  },
  "a job of the thread pool, which no runtime shows, on a virtual loop without patience": async () => {
    const hashed = await run(
      async () => {
        const future = new Future<string>();
        pbkdf2("password", "salt", 500_000, 64, "sha512", () => future.setResult("hashed"));
        return await future;
      },
      { loopFactory: () => virtualLoop({ patience: 0 }) },
    );
    console.log(hashed);
  },
  // Not awaited: Bun and Deno don't come to the end of a process while a module waits.
  "a deadlock on a virtual loop of endless patience": () =>
    void run(() => new Future<void>(), { loopFactory: () => virtualLoop({ patience: Infinity }) }).catch(
      (error: unknown) => console.log(error instanceof DeadlockError),
    ),
};

await programs[process.argv[2] as string]?.();
