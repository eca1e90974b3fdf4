import { AsyncLocalStorage } from "node:async_hooks";
import { ContextVar } from "@asyncio-ts/contextvars";
import { createTask, run } from "@asyncio-ts/task";
import { type Case, times, type Topic } from "../topic.js";

/** So many tasks are alive at once. */
const BATCH = 100;

const names = (count: number): string[] => times(count, (i) => `variable ${i}`);

/** Makes and joins tasks in a context with so many values; each task reads one. */
function spawning(count: number): Case {
  return {
    name: `spawn with ${count} values`,
    operation: "one task, from its making to its result",
    size: 20_000,
    contenders: {
      generator: () => async (operations) => {
        const variables = names(count).map((name) => new ContextVar<number>(name));
        const child = function* () {
          return variables[0]?.get() ?? 1;
        };
        return run(function* () {
          for (const variable of variables) variable.set(1);
          let done = 0;
          for (let i = 0; i < operations; i += BATCH) {
            for (const task of times(BATCH, () => createTask(child()))) done += yield* task;
          }
          return done;
        });
      },
      async: () => async (operations) => {
        const variables = names(count).map((name) => new ContextVar<number>(name));
        const child = async () => variables[0]?.get() ?? 1;
        return run(async () => {
          for (const variable of variables) variable.set(1);
          let done = 0;
          for (let i = 0; i < operations; i += BATCH) {
            for (const task of times(BATCH, () => createTask(child))) done += await task;
          }
          return done;
        });
      },
      AsyncLocalStorage: () => async (operations) => {
        const storages = times(count, () => new AsyncLocalStorage<number>());
        const child = async () => storages[0]?.getStore() ?? 1;
        return run(async () => {
          for (const storage of storages) storage.enterWith(1);
          let done = 0;
          for (let i = 0; i < operations; i += BATCH) {
            for (const task of times(BATCH, () => createTask(child))) done += await task;
          }
          return done;
        });
      },
    },
    python: ["asyncio", "uvloop"],
  };
}

export const topic: Topic = {
  name: "contextvars",
  title: "variables that follow tasks",
  note: "AsyncLocalStorage: in the same tasks of asyncio-ts, one storage for each variable, set by `enterWith`.",
  cases: [
    {
      name: "get",
      operation: "one read in a task, of one of 20 variables",
      size: 1_000_000,
      contenders: {
        generator: () => async (operations) => {
          const variables = names(20).map((name) => new ContextVar<number>(name));
          const variable = variables[10] as ContextVar<number>;
          return run(function* () {
            for (const each of variables) each.set(1);
            let done = 0;
            for (let i = 0; i < operations; i++) done += variable.get();
            return done;
          });
        },
        async: () => async (operations) => {
          const variables = names(20).map((name) => new ContextVar<number>(name));
          const variable = variables[10] as ContextVar<number>;
          return run(async () => {
            for (const each of variables) each.set(1);
            await null;
            let done = 0;
            for (let i = 0; i < operations; i++) done += variable.get();
            return done;
          });
        },
        AsyncLocalStorage: () => async (operations) => {
          const storages = times(20, () => new AsyncLocalStorage<number>());
          const storage = storages[10] as AsyncLocalStorage<number>;
          return run(async () => {
            for (const each of storages) each.enterWith(1);
            await null;
            let done = 0;
            for (let i = 0; i < operations; i++) done += storage.getStore() as number;
            return done;
          });
        },
      },
      python: ["asyncio", "uvloop"],
    },
    {
      name: "set",
      operation: "one write in a task, of one of 20 variables",
      size: 200_000,
      contenders: {
        generator: () => async (operations) => {
          const variables = names(20).map((name) => new ContextVar<number>(name));
          const variable = variables[10] as ContextVar<number>;
          return run(function* () {
            for (const each of variables) each.set(0);
            for (let i = 0; i < operations; i++) variable.set(i + 1);
            return variable.get();
          });
        },
        async: () => async (operations) => {
          const variables = names(20).map((name) => new ContextVar<number>(name));
          const variable = variables[10] as ContextVar<number>;
          return run(async () => {
            for (const each of variables) each.set(0);
            await null;
            for (let i = 0; i < operations; i++) variable.set(i + 1);
            return variable.get();
          });
        },
        AsyncLocalStorage: () => async (operations) => {
          const storages = times(20, () => new AsyncLocalStorage<number>());
          const storage = storages[10] as AsyncLocalStorage<number>;
          return run(async () => {
            for (const each of storages) each.enterWith(0);
            await null;
            for (let i = 0; i < operations; i++) storage.enterWith(i + 1);
            return storage.getStore() as number;
          });
        },
      },
      python: ["asyncio", "uvloop"],
    },
    spawning(0),
    spawning(20),
  ],
};
