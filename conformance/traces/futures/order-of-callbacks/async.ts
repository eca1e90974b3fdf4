// Callbacks of a future go through the loop, in order, among other ready handles.
import { coroutine } from "@asyncio-ts/coroutine";
import type { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";

export const main = coroutine(async () => {
  const loop = getRunningLoop();
  const future = loop.createFuture<string>();

  const first = (done: Future<string>): void => {
    console.log("first callback", done.result());
    done.addDoneCallback((again) => console.log("callback added by a callback", again.result()));
  };

  const removed = (): void => {
    console.log("never printed");
  };

  const third = (done: Future<string>): void => {
    console.log("third callback", done.result());
  };

  future.addDoneCallback(first);
  future.addDoneCallback(removed);
  future.addDoneCallback(third);
  future.addDoneCallback(removed);
  console.log("removed", future.removeDoneCallback(removed));
  console.log("removed", future.removeDoneCallback(removed));
  loop.callSoon(console.log, "soon before the result");
  future.setResult("value");
  loop.callSoon(console.log, "soon after the result");
  console.log("main goes on");
  await sleep(0);
  console.log("main after one iteration");
  await sleep(0);
  console.log("main after two iterations");
  future.addDoneCallback(third);
  console.log("added to a finished future");
  await sleep(0);
  console.log("main ends");
});
