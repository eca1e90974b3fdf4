// Awaiting a finished future does not suspend; a pending one does, even if it is set at once.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const loop = getRunningLoop();
  const ticks = createTask(ticker(5));
  const done = loop.createFuture<string>();
  done.setResult("done");
  console.log("first", yield* done);
  console.log("again", yield* done);
  const failed = loop.createFuture<string>();
  failed.setException(new Error("failed"));
  try {
    yield* failed;
  } catch (error) {
    console.log("error", (error as Error).message);
  }
  console.log("nothing has ticked");
  const pending = loop.createFuture<string>();
  loop.callSoon((text: string) => pending.setResult(text), "set by a callback");
  console.log("pending", yield* pending);
  console.log("main ran after the waking");
  yield* ticks;
});
