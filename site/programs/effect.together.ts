import { abortable, createTask, run, sleep, timeout } from "asyncio-ts";
import { Effect, Exit, Fiber } from "effect";

// A task runs an effect, and interrupts it when it is cancelled.
const slow = Effect.sleep("1 minute").pipe(
  Effect.onInterrupt(() => Effect.sync(() => console.log("effect interrupted"))),
);
await run(async () => {
  try {
    await timeout(20).with(() => abortable((signal) => Effect.runPromise(slow, { signal })));
  } catch (error) {
    console.log((error as Error).name);
  }
});
// prints: effect interrupted
// prints: TimeoutError

// An effect runs a task, cancels it when it is interrupted, and waits for its end.
const work = async () => {
  try {
    return await sleep(60_000, "done");
  } finally {
    await sleep(10);
    console.log("task cleaned up");
  }
};
const effect = Effect.acquireUseRelease(
  Effect.sync(() => createTask(work)),
  (task) => Effect.tryPromise(() => task),
  (task) => Effect.promise(() => task[Symbol.asyncDispose]()),
);
const fiber = Effect.runFork(effect.pipe(Effect.timeout(20)));
const exit = await Effect.runPromise(Fiber.await(fiber));
console.log(Exit.isFailure(exit));
// prints: task cleaned up
// prints: true
