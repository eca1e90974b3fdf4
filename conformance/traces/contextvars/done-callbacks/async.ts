// A done callback runs in the context given for it, else in a copy of the one in which it was added.
import { ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

export const main = coroutine(async () => {
  const future = getRunningLoop().createFuture<void>();
  const context = copyContext();
  context.run(() => user.set("given"));
  const show = (what: string): void => {
    console.log(what, "sees", user.get());
    user.set(what);
  };
  user.set("first");
  future.addDoneCallback(() => show("one"));
  user.set("second");
  future.addDoneCallback(() => show("two"));
  future.addDoneCallback(() => show("three"), { context });
  future.addDoneCallback(() => show("four"), { context });
  user.set("third");
  future.setResult();
  future.addDoneCallback(() => show("late"));
  await sleep(0);
  await sleep(0);
  console.log("main has", user.get(), "and the context", context.get(user));
});
