import { abortable, createTask, Queue, run, sleep, timeout } from "asyncio-ts";
import { firstValueFrom, fromEvent, interval, NEVER, Observable, take, takeUntil } from "rxjs";

// A task waits for one value, and unsubscribes when it is cancelled.
const first = <T>(source: Observable<T>) =>
  abortable((signal) => firstValueFrom(source.pipe(takeUntil(fromEvent(signal, "abort")))));

// A task loops over all values, and unsubscribes however the loop ends.
async function* values<T>(source: Observable<T>) {
  const queue = new Queue<T>();
  let failure: unknown;
  const subscription = source.subscribe({
    next: (value) => queue.putNowait(value),
    error: (error: unknown) => {
      failure = error;
      queue.shutdown();
    },
    complete: () => queue.shutdown(),
  });
  try {
    yield* queue;
    if (failure !== undefined) throw failure;
  } finally {
    subscription.unsubscribe();
  }
}

await run(async () => {
  for await (const n of values(interval(5).pipe(take(2)))) console.log(n);
  // prints: 0
  // prints: 1
  try {
    await timeout(20).with(() => first(NEVER));
  } catch (error) {
    console.log((error as Error).name);
    // prints: TimeoutError
  }
});

// An observable runs a task, which is cancelled when it is unsubscribed from.
const task$ = new Observable<string>((subscriber) => {
  const task = createTask(async () => {
    try {
      subscriber.next(await sleep(10, "first"));
      await sleep(60_000);
    } finally {
      console.log("task cleaned up");
    }
  });
  task.then(
    () => subscriber.complete(),
    (error: unknown) => subscriber.error(error),
  );
  return () => task.cancel();
});
console.log(await firstValueFrom(task$));
await sleep(1);
// prints: first
// prints: task cleaned up
