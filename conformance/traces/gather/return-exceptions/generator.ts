// With return_exceptions, errors and cancellations are results.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, delay: number) {
  yield* sleep(delay);
  console.log(name, "wakes");
  if (name === "bad") {
    throw new Error("went bad");
  }
  return name;
});

const show = (result: unknown): string => {
  if (isCancelled(result)) {
    return "(cancelled)";
  }
  if (result instanceof Error) {
    return "(error " + result.message + ")";
  }
  return String(result);
};

export const main = coroutine(function* () {
  const victim = createTask(worker("victim", 70));
  const whole = gather([worker("good", 50), worker("bad", 10), victim], { returnExceptions: true });
  yield* sleep(30);
  console.log("main cancels the victim");
  victim.cancel();
  const results = yield* whole;
  console.log("results", ...results.map((result) => show(result)));
});
