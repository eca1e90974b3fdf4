// timeout(0) lets a body pass that never suspends, and stops the others at their first wait.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { TimeoutError, sleep, timeout } from "@asyncio-ts/task";

const compute = coroutine(async () => {
  console.log("compute runs");
  return 7;
});

export const main = coroutine(async () => {
  const limit = timeout(0);
  await limit.with(async () => {
    console.log("computed", await compute());
  });
  console.log("expired:", limit.expired());
  try {
    await timeout(0).with(async () => {
      console.log("body runs up to its first wait");
      await sleep(5000);
      console.log("never printed");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out");
  }
  const negative = timeout(-1000);
  try {
    await negative.with(async () => {
      console.log("a negative timeout too");
      await new Future<void>();
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, expired:", negative.expired());
  }
});
