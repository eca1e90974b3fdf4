// A body that ends in time is left alone, also after the deadline; an error passes through.
import { coroutine } from "@asyncio-ts/coroutine";
import { sleep, timeout } from "@asyncio-ts/task";

export const main = coroutine(async () => {
  const limit = timeout(30);
  await limit.with(async () => {
    await sleep(10);
    console.log("body ends in time");
  });
  console.log("expired:", limit.expired());
  await sleep(50);
  console.log("the deadline has passed, expired:", limit.expired());
  try {
    await timeout(30).with(async () => {
      await sleep(0);
      throw new Error("body failed");
    });
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  await timeout(null).with(async (never) => {
    await sleep(10);
    console.log("no limit, when is none:", never.when() === null);
  });
  console.log("main ends");
});
