// @asyncio-ts/future alone.
import { Future, isCancelled } from "@asyncio-ts/future";

async function main(): Promise<string> {
  const future = new Future<number>();
  setTimeout(() => future.setResult(1), 1);
  const cancelled = new Future<number>();
  cancelled.cancel();
  return [await future, await cancelled.catch(isCancelled)].join();
}

void main().then((got) => console.log(got === "1,true" ? "ok" : got));
