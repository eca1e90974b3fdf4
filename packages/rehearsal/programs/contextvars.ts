// @asyncio-ts/contextvars alone, without tasks.
import { Context, ContextVar, copyContext, LookupError, Token } from "@asyncio-ts/contextvars";

const user = new ContextVar<string>("user");
const record: unknown[] = [];
try {
  user.get();
} catch (error) {
  record.push(error instanceof LookupError);
}
const token: Token<string> = user.set("Ann");
const copy: Context = copyContext();
user.reset(token);
record.push(token.oldValue === Token.MISSING, copy.get(user), user.get("nobody"));
record.push(new Context().run((name: string) => user.set(name).var.name, "Bob"));
const got = record.join();
console.log(got === "true,true,Ann,nobody,user" ? "ok" : got);
