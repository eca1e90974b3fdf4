import {
  all,
  type Coroutine,
  coroutine,
  createTask,
  type Future,
  run,
  shield,
  sleep,
  type Task,
  timeout,
} from "asyncio-ts";

/** Returns `load` with a memory: callers that come while it runs share it, and failures are forgotten. */
const computeOnce = <T>(load: (key: string) => Coroutine<T>) => {
  const tasks = new Map<string, Task<T>>();
  return (key: string): Future<T> => {
    let task = tasks.get(key);
    if (task === undefined) {
      task = createTask(load(key), { name: `load ${key}` });
      task.addDoneCallback((done) => {
        if (done.cancelled() || done.exception() !== undefined) tasks.delete(key);
      });
      tasks.set(key, task);
    }
    return shield(task);
  };
};

let calls = 0;
// Stands for a request to the bank, which is down once.
const rateOf = computeOnce(
  coroutine(function* (currency: string) {
    console.log(`request ${(calls += 1)}: ${currency}`);
    const isDown = calls === 2;
    yield* sleep(500);
    if (isDown) throw new Error("the bank is down");
    return currency === "EUR" ? 1.08 : 1.27;
  }),
);
const ask = coroutine(function* (caller: string, currency: string, patience: number = 5000) {
  try {
    console.log(`${caller}: ${yield* timeout(patience).with(() => rateOf(currency))}`);
  } catch (error) {
    console.log(`${caller}: ${(error as Error).name}`);
  }
});

await run(function* () {
  yield* all([ask("Ann", "EUR", 200), ask("Bob", "EUR"), ask("Cem", "EUR")]);
  yield* all([ask("Dan", "GBP"), ask("Eva", "GBP")]);
  yield* ask("Fay", "GBP");
});
