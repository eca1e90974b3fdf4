// A callback has a copy of the context in which it was scheduled; what it sets does not leak.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

function show(what: string): void {
  console.log(what, "sees", user.get());
  user.set(what);
  console.log(what, "has", user.get());
  if (what.length < 12) getRunningLoop().callSoon(show, `after ${what}`);
}

export const main = coroutine(function* () {
  const loop = getRunningLoop();
  loop.callSoon(show, "first");
  user.set("main");
  loop.callSoon(show, "second");
  user.set("main again");
  for (let i = 0; i < 3; i += 1) {
    yield* sleep(0);
    console.log("main has", user.get());
  }
});
