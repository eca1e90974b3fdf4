// Concurrent requests for one key share one computation, through a future.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { gather, sleep } from "@asyncio-ts/task";

const compute = coroutine(function* (key: string) {
  console.log("compute", key);
  yield* sleep(key === "x" ? 10 : 30);
  return key.toUpperCase();
});

const lookup = coroutine(function* (cache: Map<string, Future<string>>, key: string, name: string) {
  const cached = cache.get(key);
  let value: string;
  if (cached !== undefined) {
    console.log(name, "joins", key);
    value = yield* cached;
  } else {
    const future = new Future<string>();
    cache.set(key, future);
    value = yield* compute(key);
    future.setResult(value);
    console.log(name, "has computed", key);
  }
  console.log(name, "got", value);
  return value;
});

export const main = coroutine(function* () {
  const cache = new Map<string, Future<string>>();
  const requests = [
    ["x", "one"],
    ["y", "two"],
    ["x", "three"],
    ["y", "four"],
    ["x", "five"],
  ] as const;
  const values = yield* gather(requests.map(([key, name]) => lookup(cache, key, name)));
  console.log("values", ...values);
  console.log("cached", yield* lookup(cache, "x", "six"));
});
