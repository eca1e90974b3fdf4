// Two versions in one process, as `asyncio-ts` and as the name that the argument gives: each awaits and cancels what the
// other makes.
import * as newer from "asyncio-ts";

type Library = typeof newer;

const older = (await import(process.argv[2] ?? "")) as Library;
const record: unknown[] = [older.Future !== newer.Future];

/** What code of the first version sees of futures, tasks and locks of the second. */
async function meet(first: Library, second: Library): Promise<void> {
  const future = new second.Future<string>();
  first.getRunningLoop().callLater(1, () => future.setResult("future"));
  record.push(await future, first.isFuture(future));
  const generator = first.coroutine(function* () {
    const made = new second.Future<string>();
    second.getRunningLoop().callSoon(() => made.setResult("yielded"));
    return yield* made;
  });
  record.push(...(await first.gather([second.sleep(1, "slept"), second.createTask(generator())])));
  const task = second.createTask(() => first.sleep(60_000));
  await first.sleep(1);
  task.cancel();
  record.push(await task.catch((error) => first.isCancelled(error)));
  const late = first.timeout(1).with(() => new second.Lock().with(() => second.sleep(60_000)));
  record.push(await late.catch((error) => error instanceof second.TimeoutError));
}

await newer.run(() => meet(newer, older));
await older.run(() => meet(older, newer));

const met = ["future", true, "slept", "yielded", true, true];
const expected = [true, ...met, ...met];
console.log(JSON.stringify(record) === JSON.stringify(expected) ? "ok" : record);
