/**
 * Programs that a test interrupts by signals: `node interrupted.js NAME`. Each writes the line "ready" when it
 * is to get the first one; the second signal comes after the line "again".
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { coroutine } from "@asyncio-ts/coroutine";
import {
  abortable,
  createTask,
  currentSignal,
  KeyboardInterrupt,
  run,
  Runner,
  sleep,
  TaskGroup,
} from "@asyncio-ts/task";

const forEver = 60_000;

const ready = (): void => console.log("ready");

/** Waits until it is cancelled, and cleans up. */
const patient = async (name = "main"): Promise<void> => {
  try {
    await sleep(forEver);
  } finally {
    await sleep(1);
    console.log(`${name} has cleaned up`);
  }
};

const main = async (): Promise<void> => {
  ready();
  await patient();
};

/** Opens a server, which holds the process, and waits for its end in the way of Node. */
async function serve(): Promise<void> {
  const server = createServer().listen(0);
  await once(server, "listening");
  ready();
  try {
    await once(server, "close");
  } finally {
    console.log("never");
  }
}

/** Catches each cancellation, and goes on. */
const stubborn = async (): Promise<void> => {
  ready();
  for (;;) {
    try {
      await sleep(forEver);
    } catch {
      console.log("again");
    }
  }
};

const programs: Record<string, () => unknown> = {
  "a main that sleeps": () => run(main),
  "a generator that sleeps": () =>
    run(function* () {
      ready();
      try {
        yield* sleep(forEver);
      } finally {
        yield* sleep(1);
        console.log("main has cleaned up");
      }
    }),
  "a run that nobody awaits": () => void run(main),
  "a Runner": () => new Runner().with((runner) => runner.run(main)),
  "no signals": () => run(main, { signals: false }),
  "SIGINT alone": () => run(main, { signals: ["SIGINT"] }),
  "SIGINT alone, of a Runner": () => new Runner({ signals: ["SIGINT"] }).with((runner) => runner.run(main)),
  SIGHUP: () => run(main, { signals: ["SIGHUP"] }),
  "a handler of the program": () => {
    process.on("SIGINT", () => console.log("the handler is called"));
    return run(main);
  },
  "a handler of the program, and no signals": () => {
    process.on("SIGINT", () => console.log("the handler is called"));
    return run(
      async () => {
        const holding = setInterval(() => {}, forEver);
        ready();
        await once(process, "SIGINT");
        clearInterval(holding);
        await sleep(1);
        console.log("main goes on");
      },
      { signals: false },
    );
  },
  "a stubborn main": () => run(stubborn),
  "a stubborn main, and a handler of the program": () => {
    process.on("SIGINT", () => {});
    return run(async () => {
      createTask(async () => {
        try {
          await sleep(forEver);
        } finally {
          console.log("the other task is cancelled");
          await sleep(forEver);
          console.log("never");
        }
      });
      await stubborn();
    });
  },
  "an error": () =>
    run(async () => {
      ready();
      try {
        await sleep(forEver);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what is tested
        throw new RangeError("while stopping");
      }
    }),
  "an interruption that a listener takes": async () => {
    process.on("uncaughtException", (error) => console.log(`taken: ${error.message}`));
    await run(main);
  },
  "an interruption that is caught": async () => {
    try {
      await run(main);
    } catch (error) {
      console.log(error instanceof KeyboardInterrupt);
    }
  },
  "an interruption that is caught, and a rejection that is not": async () => {
    await run(main).catch(() => {});
    void Promise.reject(new RangeError("while stopping"));
  },
  "many runs at once": async () => {
    process.on("warning", (warning) => console.log(warning.message));
    const runs = Array.from({ length: 20 }, () => run(() => patient("one")));
    setImmediate(ready);
    const ends = await Promise.allSettled(runs);
    console.log(ends.filter(({ status }) => status === "rejected").length);
    const listeners = ["SIGINT", "SIGTERM", "beforeExit"].map((event) => process.listenerCount(event));
    console.log(listeners.join());
  },
  "after the last run": async () => {
    await run(() => sleep(1));
    ready();
    setInterval(() => {}, forEver);
  },
  "a main that waits for a native promise": () =>
    run(
      async () => {
        createTask(() => patient("the other task"));
        await serve();
      },
      { gracePeriod: 300 },
    ),
  "a main that is given up, and goes on in a process that does": async () => {
    let settle = (): void => {};
    const promise = new Promise<void>((resolve) => (settle = resolve));
    const given = run(
      async () => {
        ready();
        const open = setInterval(() => {}, forEver);
        try {
          await promise;
          console.log("main goes on");
          await sleep(forEver);
        } finally {
          console.log("main has cleaned up");
          clearInterval(open);
        }
      },
      { gracePeriod: 300 },
    );
    await given.catch((error: unknown) => console.log(error instanceof KeyboardInterrupt));
    settle();
  },
  "a named main that waits for a native promise": () => run(serve, { gracePeriod: 300 }),
  "a generator that waits for a native promise": () =>
    run(
      function* () {
        createTask(() => patient("the other task"));
        yield* coroutine(serve)();
      },
      { gracePeriod: 300 },
    ),
  "a child that waits for a native promise": () =>
    run(
      () =>
        new TaskGroup().with(async (group) => {
          group.createTask(() => patient("the sibling"));
          group.createTask(serve, { name: "server" });
        }),
      { gracePeriod: 300 },
    ),
  "a task that waits for a native promise at the end": () =>
    run(
      async () => {
        createTask(serve, { name: "server" });
        await sleep(1);
      },
      { gracePeriod: 300 },
    ),
  "a native promise that the other tasks settle": () =>
    run(async () => {
      const server = createServer().listen(0);
      await once(server, "listening");
      createTask(async () => {
        try {
          await sleep(forEver);
        } finally {
          server.close();
        }
      });
      ready();
      try {
        await once(server, "close");
        await sleep(1);
        console.log("never");
      } finally {
        console.log("main has cleaned up");
      }
    }),
  "an operation that takes the signal": () =>
    run(async () => {
      const server = createServer().listen(0);
      await once(server, "listening");
      ready();
      try {
        await once(server, "close", { signal: currentSignal() });
      } finally {
        server.close();
        console.log("main has cleaned up");
      }
    }),
  "an operation that ignores its signal": () =>
    run(
      async () => {
        createTask(() => patient("the other task"));
        const server = createServer().listen(0);
        await once(server, "listening");
        ready();
        await abortable(() => once(server, "close"));
      },
      { gracePeriod: 300 },
    ),
  "a clean-up that takes longer than the grace period": () =>
    run(
      async () => {
        ready();
        try {
          await sleep(forEver);
        } finally {
          await sleep(50);
          console.log("main has cleaned up");
        }
      },
      { gracePeriod: 10 },
    ),
};

await programs[process.argv[2] as string]?.();
