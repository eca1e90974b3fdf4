// A body that ends in time is left alone, also after the deadline; an error passes through.
import { coroutine } from "@asyncio-ts/coroutine";
import { sleep, timeout } from "@asyncio-ts/task";

export const main = coroutine(function* () {
  const limit = timeout(30);
  yield* limit.with(function* () {
    yield* sleep(10);
    console.log("body ends in time");
  });
  console.log("expired:", limit.expired());
  yield* sleep(50);
  console.log("the deadline has passed, expired:", limit.expired());
  try {
    yield* timeout(30).with(function* () {
      yield* sleep(0);
      throw new Error("body failed");
    });
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  yield* timeout(null).with(function* (never) {
    yield* sleep(10);
    console.log("no limit, when is none:", never.when() === null);
  });
  console.log("main ends");
});
