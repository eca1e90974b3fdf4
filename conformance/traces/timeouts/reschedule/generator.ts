// reschedule() moves the deadline, later and earlier.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { TimeoutError, sleep, timeout } from "@asyncio-ts/task";

export const main = coroutine(function* () {
  const loop = getRunningLoop();
  const later = timeout(40);
  yield* later.with(function* () {
    loop.callLater(80, console.log, "the first deadline is past");
    later.reschedule(loop.time() + 200);
    yield* sleep(120);
    console.log("the body still runs");
  });
  console.log("later expired:", later.expired());
  const sooner = timeout(10_000);
  try {
    yield* sooner.with(function* () {
      yield* sleep(0);
      sooner.reschedule(loop.time() + 20);
      console.log("rescheduled to sooner");
      yield* sleep(10000);
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("sooner expired:", sooner.expired());
  }
  const limit = timeout(null);
  try {
    yield* limit.with(function* () {
      limit.reschedule(loop.time() - 1000);
      console.log("rescheduled to the past");
      yield* sleep(0);
      yield* sleep(10000);
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("limit expired:", limit.expired());
  }
});
