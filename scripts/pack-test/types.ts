// What a user's editor shows. It is compiled without Node's types, and never run.
import { Job, PoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { report } from "@asyncio-ts/executor/worker";
import { type Context, ContextVar, Token } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { all, Broadcast, type Flow, map, Subscription } from "@asyncio-ts/flow";
import { Future } from "@asyncio-ts/future";
import { EventLoop, Handle, TimerHandle } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import { createTask, gather, run, sleep, TaskGroup, Timeout, timeout } from "@asyncio-ts/task";

const length = coroutine(async (text: string) => {
  await sleep(1);
  return text.length;
});
export const main = coroutine(async () => {
  const task = createTask(length("four"));
  const [a, b]: [number, string] = await gather([length("a"), new Lock().with(async () => "b")]);
  const c: boolean = await new TaskGroup().with(
    async (tg) => (await tg.createTask(async () => a)) === b.length,
  );
  const d: number = await timeout(1000).with(async () => await task);
  return c ? d : a;
});
export const result: Promise<number> = (async () => await run(main()))();
export const future: Future<string> = new Future<string>();
export const both: () => Promise<[string, number]> = async () => await all([async () => "a", async () => 1]);
export const lengths: Flow<number> = map(["a"], async (text) => text.length, { limit: 2 });
export const job: (pool: ThreadPoolExecutor<{ fib(n: number): number }>) => Job<number> = (pool) =>
  pool.submit("fib", 30);
export const reports: (value: unknown) => void = report;
export const others: [typeof EventLoop, typeof virtualLoop] = [EventLoop, virtualLoop];
export const asPromises: [Promise<number>, () => Promise<string>, Promise<void>] = [
  createTask(() => 1),
  () => new Lock().with(() => "b"),
  new Future<void>(),
];
const user = new ContextVar("user", { default: "nobody" });
export const inContext: (context: Context) => Promise<string> = (context) =>
  createTask(() => user.get(), { context });
// @ts-expect-error: a Map is no context
createTask(main(), { context: new Map() });
// @ts-expect-error: the promise runs already
createTask(result);
// @ts-expect-error: it needs the star
coroutine(function* () {
  yield sleep(1);
});
// The library makes these; a class may still be asked for.
export const refused: (() => unknown)[] = [
  // @ts-expect-error: callSoon() makes handles
  () => new Handle(),
  // @ts-expect-error: callLater() and callAt() make timer handles
  () => new TimerHandle(),
  // @ts-expect-error: timeout() makes timeouts
  () => new Timeout(),
  // @ts-expect-error: submit() makes jobs
  () => new Job(),
  // @ts-expect-error: set() makes tokens
  () => new Token(),
  // @ts-expect-error: only its subclasses can be made
  () => new PoolExecutor(),
  // @ts-expect-error: subscribe() makes subscriptions
  () => new Subscription(),
];
export const told: (value: unknown) => number | null = (value) =>
  value instanceof TimerHandle || value instanceof Timeout ? value.when() : null;
export const isJob: (value: unknown) => value is Job<number> = (value) => value instanceof Job;
export const subscription: Subscription<string> = new Broadcast<string>().subscribe();
// Fails to compile if the types are lost and all is `any`.
// @ts-expect-error: a number is no string
export const wrong: Promise<string> = (async () => await run(main()))();
