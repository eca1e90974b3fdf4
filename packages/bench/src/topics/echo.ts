import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createTask, ensureFuture, run, sleep } from "@asyncio-ts/task";
import { percentile } from "../statistics.js";
import { type Case, type Outcome, type Program, times, type Topic } from "../topic.js";

const SPINNING = 1000;

/** The server answers with what it gets, and the client waits for each answer. Gives the latencies in µs. */
async function echoes(count: number): Promise<number[]> {
  const server = createServer((socket: Socket) => socket.setNoDelay(true).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").setNoDelay(true);
  await once(client, "connect");
  const latencies: number[] = [];
  for (let i = 0; i < count; i++) {
    const sent = performance.now();
    const answered = new Promise((resolve) => {
      client.once("data", resolve);
    });
    client.write("x");
    await answered;
    latencies.push((performance.now() - sent) * 1000);
  }
  client.destroy();
  server.close();
  return latencies;
}

const latencyAt = (fraction: number): Case => {
  const outcome = (latencies: readonly number[]): Outcome => ({
    done: latencies.length,
    value: percentile(latencies, fraction),
  });
  return {
    name: `p${fraction * 100}`,
    operation: "one byte to a server and back, over loopback",
    size: 500,
    unit: "µs",
    contenders: {
      generator: (): Program => async (operations) => {
        let spinning = true;
        function* spin() {
          while (spinning) yield* sleep(0);
        }
        return run(function* () {
          const tasks = times(SPINNING, () => createTask(spin()));
          const latencies = yield* ensureFuture(echoes(operations));
          spinning = false;
          for (const task of tasks) yield* task;
          return outcome(latencies);
        });
      },
      async: (): Program => async (operations) => {
        let spinning = true;
        const spin = async () => {
          while (spinning) await sleep(0);
        };
        return run(async () => {
          const tasks = times(SPINNING, () => createTask(spin));
          const latencies = await echoes(operations);
          spinning = false;
          for (const task of tasks) await task;
          return outcome(latencies);
        });
      },
      effect: async () => {
        const { Effect } = await import("effect");
        return async (operations) => {
          let spinning = true;
          const spin = Effect.gen(function* () {
            while (spinning) yield* Effect.yieldNow;
          });
          const tasks = times(SPINNING, () => Effect.runPromise(spin));
          const latencies = await echoes(operations);
          spinning = false;
          await Promise.all(tasks);
          return outcome(latencies);
        };
      },
      native: (): Program => async (operations) => {
        let spinning = true;
        const spin = async () => {
          while (spinning) {
            await new Promise((resolve) => {
              setImmediate(resolve);
            });
          }
        };
        const tasks = times(SPINNING, spin);
        const latencies = await echoes(operations);
        spinning = false;
        await Promise.all(tasks);
        return outcome(latencies);
      },
    },
    python: ["asyncio", "uvloop"],
  };
};

export const topic: Topic = {
  name: "echo",
  title: "latency of a socket while 1,000 tasks spin",
  note: "Native: each task waits for setImmediate, since tasks that await null let nothing else run.",
  cases: [latencyAt(0.5), latencyAt(0.99)],
};
