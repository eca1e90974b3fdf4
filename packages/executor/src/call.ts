/**
 * call: a job asks the program that owns its pool. Python: `asyncio.run_coroutine_threadsafe`.
 *
 * It returns a promise of the runtime, and not a future of this library: the module of a worker need not load
 * the library, or have a loop. For the same reason an `AbortSignal` cancels a call. Worker code that does use
 * tasks gets one from `abortable`, so that a cancelled task cancels its call. Rejected: a future, which would
 * load the library into each worker that calls, and tie the call to a loop there.
 */
import type { ResultOf } from "@asyncio-ts/coroutine";
import { assertOptions, describe } from "@asyncio-ts/future/lowlevel";
import type { ArgumentsOf, FunctionName } from "@asyncio-ts/loop";
import { shared } from "./shared.js";
import type { Call } from "./to-thread.js";

/** Options for `callWith()`. */
export interface CallOptions {
  /** Cancels the call when it is aborted; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The result of a service: its return value, or what its promise or generator returns. */
export type ServiceResult<S, K extends keyof S> = S[K] extends (...args: never) => infer R
  ? ResultOf<R>
  : never;

/** A function that calls the services of type `S`, each with its own result type. */
export type ServiceCaller<S> = <K extends FunctionName<S>>(
  name: K,
  ...args: ArgumentsOf<S, K>
) => Promise<ServiceResult<S, K>>;

/**
 * Calls a service, one of the functions that the pool was given as `services`, from a job in a worker. The
 * service runs as a task of the program that submitted the job; the promise resolves to its result. Python:
 * `asyncio.run_coroutine_threadsafe`.
 *
 * Without arguments it returns a function that calls the services, each with its own result type. (If the type
 * of the services is written out, TypeScript can't infer which one is called: `call<Services>("lookup", 1)`
 * has a result type that covers all services, `call<Services, "lookup">("lookup", 1)` the exact one.)
 *
 * Arguments and results are copied, or moved if marked with `move`. Only an async function can wait for a
 * call: one that computes until it returns never receives the answer. Wait for each call before the job ends,
 * because its end cancels the calls that are left, and their promises then stay pending. If the job is
 * cancelled or its worker ends, its calls are cancelled too.
 *
 * @throws (as a rejection) the error of the service; an error named `CancelledError`, for which
 * `isCancelled()` is true, if the service was cancelled; TypeError if there is no such service, or if an
 * argument or the result can't be sent; Error if the pool has no services, or outside a running job.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import { run, sleep } from "@asyncio-ts/task";
 * import type * as Work from "./work.js";
 * // import { call } from "@asyncio-ts/executor/worker";
 * // export async function total(ids: number[]): Promise<number> {
 * //   const prices = await Promise.all(ids.map((id) => call<Services>("lookup", id)));
 * //   return prices.reduce((sum, price) => sum + price, 0);
 * // }
 *
 * const services = {
 *   async lookup(id: number): Promise<number> {
 *     await sleep(1); // asks the database, whose connection only this thread has
 *     return 10 * id;
 *   },
 * };
 * export type Services = typeof services;
 *
 * await run(async () => {
 *   const work = new URL("./work.js", import.meta.url);
 *   await using pool = new ThreadPoolExecutor<typeof Work>(work, { services });
 *   console.log(await pool.submit("total", [1, 2, 3]));
 * });
 * // prints: 60
 * ```
 */
export function call<S>(): ServiceCaller<S>;
export function call<S, K extends FunctionName<S> = FunctionName<S>>(
  ...call: Call<S, K>
): Promise<ServiceResult<S, K>>;
export function call(...call: unknown[]): ServiceCaller<unknown> | Promise<unknown> {
  return start({}, call);
}

/**
 * Calls a service, as `call()` does, with options: `callWith({ signal }, "lookup", id)`. When the signal is
 * aborted, the promise rejects at once with its reason, and the task of the service is cancelled. Without a
 * name it returns a function that calls the services with these options.
 *
 * @throws (as a rejection) the errors of `call()`; the reason of the signal; TypeError for a wrong option.
 *
 * @example
 * ```ts
 * import { callWith } from "@asyncio-ts/executor/worker";
 * import { abortable, timeout } from "@asyncio-ts/task";
 * import type { Services } from "./services.js"; // { lookup(id: number): Promise<number> }
 *
 * // In a worker that uses tasks: the service is cancelled after a second, or together with this task.
 * export async function price(id: number): Promise<number> {
 *   return timeout(1000).with(() =>
 *     abortable((signal) => callWith<Services>({ signal }, "lookup", id)),
 *   );
 * }
 * ```
 */
export function callWith<S>(options: CallOptions): ServiceCaller<S>;
export function callWith<S, K extends FunctionName<S> = FunctionName<S>>(
  options: CallOptions,
  ...call: Call<S, K>
): Promise<ServiceResult<S, K>>;
export function callWith(
  options: CallOptions,
  ...call: unknown[]
): ServiceCaller<unknown> | Promise<unknown> {
  return start(options, call);
}

function start(options: CallOptions, call: unknown[]): ServiceCaller<unknown> | Promise<unknown> {
  return call.length === 0 ? (...call) => send(options, call) as Promise<never> : send(options, call);
}

async function send(options: CallOptions, [name, ...args]: unknown[]): Promise<unknown> {
  assertOptions(options, "callWith");
  const signal: unknown = options.signal;
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `call() needs the name of a service, got ${describe(name)}; write call("lookup", id)`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`callWith() needs a signal that is an AbortSignal, got ${describe(signal)}`);
  }
  if (shared.call === undefined) {
    throw new Error(`${name}() was called outside a worker; only a job of a pool can call its services`);
  }
  return shared.call(name, args, signal);
}
