import { all, createTask, type Future, run, shield, sleep, type Task, timeout } from "asyncio-ts";

/** Returns `load` with a memory: callers that come while it runs share it, and failures are forgotten. */
const computeOnce = <T>(load: (key: string) => Promise<T>) => {
  const tasks = new Map<string, Task<T>>();
  return (key: string): Future<T> => {
    let task = tasks.get(key);
    if (task === undefined) {
      task = createTask(() => load(key), { name: `load ${key}` });
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
const rateOf = computeOnce(async (currency: string) => {
  console.log(`request ${(calls += 1)}: ${currency}`);
  const isDown = calls === 2;
  await sleep(500);
  if (isDown) throw new Error("the bank is down");
  return currency === "EUR" ? 1.08 : 1.27;
});
const ask = async (caller: string, currency: string, patience = 5000) => {
  try {
    console.log(`${caller}: ${await timeout(patience).with(() => rateOf(currency))}`);
  } catch (error) {
    console.log(`${caller}: ${(error as Error).name}`);
  }
};

await run(async () => {
  await all([() => ask("Ann", "EUR", 200), () => ask("Bob", "EUR"), () => ask("Cem", "EUR")]);
  await all([() => ask("Dan", "GBP"), () => ask("Eva", "GBP")]);
  await ask("Fay", "GBP");
});
