// The inner timeout is caught inside, the outer one passes through the inner.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, currentTask, sleep, timeout } from "@asyncio-ts/task";

const attempt = coroutine(function* (name: string, outerLimit: number, innerLimit: number) {
  const outer = timeout(outerLimit);
  try {
    yield* outer.with(function* () {
      const inner = timeout(innerLimit);
      try {
        yield* inner.with(function* () {
          console.log(name, "sleeps");
          yield* sleep(10_000);
        });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        console.log(name, "inner timed out");
        yield* sleep(10);
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

export const main = coroutine(function* () {
  yield* attempt("inner first", 90, 20);
  yield* attempt("outer first", 20, 90);
  console.log("cancelling", currentTask()?.cancelling());
});
