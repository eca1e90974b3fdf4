// reschedule() moves the deadline, later and earlier.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { TimeoutError, sleep, timeout } from "@asyncio-ts/task";

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  const later = timeout(40);
  await later.with(async () => {
    loop.callLater(80, console.log, "the first deadline is past");
    later.reschedule(loop.time() + 200);
    await sleep(120);
    console.log("the body still runs");
  });
  console.log("later expired:", later.expired());
  const sooner = timeout(10_000);
  try {
    await sooner.with(async () => {
      await sleep(0);
      sooner.reschedule(loop.time() + 20);
      console.log("rescheduled to sooner");
      await sleep(10000);
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("sooner expired:", sooner.expired());
  }
  const limit = timeout(null);
  try {
    await limit.with(async () => {
      limit.reschedule(loop.time() - 1000);
      console.log("rescheduled to the past");
      await sleep(0);
      await sleep(10000);
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("limit expired:", limit.expired());
  }
});
