// A token is good for one reset, of its variable, in the context where it was made.
import { ContextVar, copyContext, Token } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });
const other = new ContextVar<string>("other");

function reset(what: string, variable: ContextVar<string>, token: Token<string>): void {
  try {
    variable.reset(token);
    console.log(what, "was reset to", variable.get("nothing"));
  } catch {
    console.log(what, "was refused, and is", variable.get("nothing"));
  }
}

const child = coroutine(function* (token: Token<string>) {
  reset("maker's token", user, token);
  const own = user.set("child");
  reset("own token", user, own);
  return own;
});

export const main = coroutine(function* () {
  const first = user.set("first");
  const second = user.set("second");
  const own = yield* createTask(child(first));
  reset("child's token", user, own);
  reset("another variable", other, second);
  getRunningLoop().callSoon(reset, "in a callback", user, second);
  yield* sleep(0);
  reset("second", user, second);
  reset("second again", user, second);
  reset("first", user, first);
  const token = other.set("set");
  reset("other", other, token);
  console.log(token.oldValue === Token.MISSING && "there was nothing before");
  const third = user.set("third");
  copyContext().run(reset, "in a copy", user, third);
});
