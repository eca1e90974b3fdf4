// The inner timeout is caught inside, the outer one passes through the inner.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, currentTask, sleep, timeout } from "@asyncio-ts/task";

const attempt = coroutine(async (name: string, outerLimit: number, innerLimit: number) => {
  const outer = timeout(outerLimit);
  try {
    await outer.with(async () => {
      const inner = timeout(innerLimit);
      try {
        await inner.with(async () => {
          console.log(name, "sleeps");
          await sleep(10_000);
        });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        console.log(name, "inner timed out");
        await sleep(10);
        console.log(name, "outer body goes on");
      } finally {
        console.log(name, "inner expired:", inner.expired());
      }
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log(name, "outer timed out");
  }
  console.log(name, "outer expired:", outer.expired());
});

export const main = coroutine(async () => {
  await attempt("inner first", 90, 20);
  await attempt("outer first", 20, 90);
  console.log("cancelling", currentTask()?.cancelling());
});
