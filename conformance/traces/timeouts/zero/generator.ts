// timeout(0) lets a body pass that never suspends, and stops the others at their first wait.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { TimeoutError, sleep, timeout } from "@asyncio-ts/task";

const compute = coroutine(function* () {
  console.log("compute runs");
  return 7;
});

export const main = coroutine(function* () {
  const limit = timeout(0);
  yield* limit.with(function* () {
    console.log("computed", yield* compute());
  });
  console.log("expired:", limit.expired());
  try {
    yield* timeout(0).with(function* () {
      console.log("body runs up to its first wait");
      yield* sleep(5000);
      console.log("never printed");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out");
  }
  const negative = timeout(-1000);
  try {
    yield* negative.with(function* () {
      console.log("a negative timeout too");
      yield* new Future<void>();
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, expired:", negative.expired());
  }
});
