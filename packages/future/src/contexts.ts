/**
 * Running code in a task and in an asynchronous context, and outside of them. `slot.ts` tells how the current task is found.
 */
import { type AsyncContext, captureContext, holdsStores, root } from "./async-context.js";
import type { StepContext } from "./contract.js";
import { slot } from "./slot.js";

export { type AsyncContext, captureContext } from "./async-context.js";
export { enterTurn } from "./slot.js";

/** A callback's step: it belongs to no task. */
export const nobody: StepContext = { awaiter: undefined, context: undefined };

/**
 * Calls `body` so that it, and the async code that it starts, belongs to the stepper's task, in the stepper's context.
 *
 * Starting an async function puts its awaits on the microtask queue, so the turn is marked as microtasksQueued.
 */
export function runInside<Args extends unknown[], R>(
  stepper: StepContext,
  body: (...args: Args) => R,
  ...args: Args
): R {
  const { stepping } = slot;
  const { awaiter, context } = stepper;
  slot.microtasksQueued = true;
  slot.stepping = stepper;
  try {
    // Outside every task there is nothing to store, unless it is in the way of a task's.
    if (awaiter === undefined && slot.storage === undefined) return body(...args);
    if (slot.storage === undefined) slot.storage = slot.makeStorage?.() ?? null;
    const { storage } = slot;
    if (storage === null) {
      slot.turn = awaiter;
      return body(...args);
    }
    // No closures here: they, and the frames that they add to the stacks of errors, are for every call of a body.
    if (context !== undefined && context.entered !== true) return storage.runIn(context, stepper, body, args);
    return storage.getStore() === awaiter ? body(...args) : storage.run(awaiter, body, ...args);
  } finally {
    slot.stepping = stepping;
  }
}

/** Calls `body` in a context that holds nothing: no task, and no store of others. */
export function runOutside(body: () => void): void {
  outsideTasks(root, body, []);
}

/** Whether some AsyncLocalStorage that is not this library's has a store in `context`. */
export function holdsForeignStores(context: AsyncContext): boolean {
  return slot.storesUsed === true && holdsStores(context, slot.storage?.local);
}

/**
 * The context of the calling code if some AsyncLocalStorage has a store there; for programs that have generators alone,
 * whose tasks need no context for anything else.
 */
export function captureStores(): AsyncContext | undefined {
  if (slot.storesUsed !== true) return undefined;
  const context = captureContext();
  return context !== undefined && holdsForeignStores(context) ? context : undefined;
}

/** Calls `callback` in a context, but in no task even if the context is one of a task. */
export function outsideTasks<Args extends unknown[], R>(
  context: AsyncContext | undefined,
  callback: (...args: Args) => R,
  args: Args,
): R {
  return context === undefined
    ? callback(...args)
    : context.runInAsyncScope(withoutTask<Args, R>, undefined, callback, args);
}

function withoutTask<Args extends unknown[], R>(callback: (...args: Args) => R, args: Args): R {
  const { storage } = slot;
  // An AsyncLocalStorage would call it with another `this`.
  return storage && storage.getStore() !== undefined
    ? storage.run(undefined, () => callback(...args))
    : callback(...args);
}
