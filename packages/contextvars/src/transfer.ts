/**
 * Transfer: the values of variables that go to the workers of `@asyncio-ts/executor`, by name.
 *
 * In the program, the executor asks `slot.transferred` for what to send with a job. In a worker, the program of
 * the executor has an object under a key of the global symbol registry, which tells the variables of each name
 * what has come for them, before the function of a job is called. A worker whose module has no such variable
 * needs nothing of this package.
 */
import { slot } from "@asyncio-ts/future/internal";
import { bindingsIn } from "./values.js";
import { currentVariables, valuesOf } from "./variables.js";

/** Holds, in a worker, the values for the variables of its module. */
interface Receiver {
  add(name: string, receive: (value: unknown) => void): void;
}

const key = Symbol.for("asyncio-ts.received");

/** Lets executors ask for the values to send. */
export function bringTransferred(): void {
  slot.transferred ??= transferred;
}

/** In a worker: calls `receive` with the value of that name, of the running job and of each later one. */
export function whenTransferred(name: string, receive: (value: unknown) => void): void {
  (globalThis as { [key]?: Receiver })[key]?.add(name, receive);
}

function transferred(): [name: string, value: unknown][] | undefined {
  const found: [string, unknown][] = [];
  for (const { variable, value } of bindingsIn(valuesOf(currentVariables()))) {
    const { name, transfer } = variable as unknown as { name: string; transfer: boolean };
    if (transfer) found.push([name, value]);
  }
  return found.length > 0 ? found : undefined;
}
