/** Functions that call the services of the pool. */
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { isCancelled } from "@asyncio-ts/future";
import { abortable, currentTask, run, timeout } from "@asyncio-ts/task";
import { call, callWith, move, report } from "../../src/worker.js";

/** The services of the tests: any function. */
type Anything = Readonly<Record<string, (...args: unknown[]) => unknown>>;
/** The hanging service of the tests, and the one that returns once it hangs. */
interface Hanging {
  hang(): void;
  hanging(): void;
}
const ask = call<Anything>();
const { hang, hanging } = { hang: "hang", hanging: "hanging" } as const;

/** Returns the result of a service. */
export async function relay(name: string, ...args: unknown[]): Promise<unknown> {
  return ask(name, ...args);
}

export interface Caught {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  readonly isCancelled: boolean;
  readonly isTypeError: boolean;
}

/** Returns what is seen of a service's error. */
export async function seeError(name: string, ...args: unknown[]): Promise<Caught | undefined> {
  try {
    await ask(name, ...args);
    return undefined;
  } catch (thrown) {
    const error = thrown as Error & { code?: unknown };
    return {
      name: error.name,
      message: error.message,
      stack: error.stack,
      code: error.code,
      isCancelled: isCancelled(error),
      isTypeError: error instanceof TypeError,
    };
  }
}

/** Calls a service with a function, which can't be sent. */
export function sendFunction(name: string): Promise<Caught | undefined> {
  return seeError(name, 1, { done: () => {} });
}

/** Calls a service so many times at once, and adds up the results. */
export async function flood(name: string, count: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: count }, (_, i) => ask(name, i) as Promise<number>));
  return results.reduce((sum, n) => sum + n, 0);
}

/** Waits for ever for a service. */
export async function wait(): Promise<void> {
  await ask(hang);
}

/** Returns while the service still runs. */
export async function leave(): Promise<string> {
  void call<Hanging>(hang);
  await call<Hanging>(hanging);
  return "left";
}

/** Fails while the service still runs. */
export async function leaveAndFail(): Promise<never> {
  await leave();
  throw new Error("after the call");
}

/** Ends the worker while the service still runs. */
export async function leaveAndExit(): Promise<never> {
  await leave();
  process.exit(3);
}

/** Aborts the call while the service runs, and returns what the call rejected with. */
export async function abort(): Promise<string> {
  const controller = new AbortController();
  const calling = callWith<Hanging>({ signal: controller.signal }, hang);
  await call<Hanging>(hanging);
  controller.abort(new RangeError("changed my mind"));
  return String(await calling.catch((error: unknown) => error));
}

/** Aborts with what is no error. */
export async function abortWithText(): Promise<string> {
  const controller = new AbortController();
  const calling = callWith<Hanging>({ signal: controller.signal })(hang);
  await call<Hanging>(hanging);
  controller.abort("enough");
  return String(await calling.catch((error: unknown) => error));
}

/** Aborts after the answer, and before the call. */
export async function abortInVain(name: string): Promise<unknown[]> {
  const controller = new AbortController();
  const result = await callWith<Anything>({ signal: controller.signal }, name);
  controller.abort();
  const refused = await callWith<Anything>({ signal: controller.signal }, name).catch(
    (error: unknown) => error as Error,
  );
  return [result, (refused as Error).name];
}

/** Calls inside a task of a loop in this worker, until a timeout there expires; both kinds of coroutine. */
export async function callInTask(kind: "async" | "generator"): Promise<string> {
  const calling = (signal: AbortSignal): Promise<void> => callWith<Hanging>({ signal }, hang);
  const bodies = {
    async async(): Promise<void> {
      await abortable(calling);
    },
    *generator() {
      yield* abortable(calling);
    },
  };
  return run(async () => {
    try {
      await timeout(100_000).with(async (scope) => {
        const task = currentTask();
        void call<Hanging>(hanging).then(() => scope.reschedule(0));
        await timeout(null).with(bodies[kind] as () => Promise<void>);
        return String(task);
      });
      return "no timeout";
    } catch (error) {
      return (error as Error).name;
    }
  });
}

/** Calls after it has returned: the call is made in the microtasks that follow. */
let errorOfCall: Promise<unknown> | undefined;
export function callAfterwards(): void {
  queueMicrotask(() => (errorOfCall = ask("f").catch((error: Error) => error.message)));
}
export async function errorAfterwards(): Promise<unknown> {
  return errorOfCall;
}

/** Calls when this worker writes the rest of its output, before it exits, and leaves the error in the file. */
export function callAtTheEnd(file: string): void {
  const slot = (globalThis as unknown as Record<symbol, { call(...args: unknown[]): Promise<unknown> }>)[
    Symbol.for("asyncio-ts.executor")
  ]!;
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (...args: unknown[]) => boolean;
  stdout.write = (...args: unknown[]): boolean => {
    const calling = slot.call("f", [], undefined);
    calling.catch(() => {});
    appendFileSync(file, `${inspect(calling)}\n`);
    return write(...args);
  };
}

/** Calls without waiting, and computes: the answer can't be received. */
export function compute(name: string): string {
  void ask(name);
  return "computed";
}

/** Moves memory to the service and gets it back. Returns the lengths that are left. */
export async function moveThere(name: string): Promise<number[]> {
  const bytes = new Uint8Array(8).fill(1);
  const back = (await ask(name, move(bytes))) as Uint8Array;
  return [bytes.length, back.length];
}

/** Calls and reports in turn. */
export async function reportAll(name: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) report(await ask(name, i));
  await pause(0);
}

/** Returns the errors of wrong arguments. */
export async function misuse(): Promise<string[]> {
  const wrong: readonly (() => Promise<unknown>)[] = [
    () => call<Anything>(1 as never),
    () => callWith<Anything>("f" as never, "x"),
    () => callWith<Anything>({ signal: 1 as never }, "f"),
    () => callWith<Anything>({}, undefined as never),
    () => call<Anything>("" as never),
  ];
  return Promise.all(wrong.map((fails) => fails().then(String, String)));
}
