// A timer has a copy of the context in which it was set.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

function show(what: string): void {
  console.log(what, "sees", user.get());
  user.set(what);
}

export const main = coroutine(function* () {
  const loop = getRunningLoop();
  const start = loop.time();
  for (const delay of [3, 1, 2]) {
    user.set(`main at ${delay}`);
    loop.callLater(delay * 100, show, `later ${delay}`);
    loop.callAt(start + delay * 100 + 50, show, `at ${delay}`);
  }
  user.set("main");
  yield* sleep(500);
  console.log("main has", user.get());
});
