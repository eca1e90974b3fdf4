/** Running code in a task and in a context, or outside them. `slot.ts` says how the current task is found. */
import type { AsyncContext } from "./async-context.js";
import type { Home, StepContext, TaskLike } from "./contract.js";
import { variables } from "./members.js";
import { slot, soon } from "./slot.js";

/** The step context of a callback, which belongs to no task; it was registered before any variable was set. */
export const nobody: StepContext = { awaiter: undefined, context: undefined, [variables]: [] };

/**
 * Calls `body` inside the step context's task and context; async code that it starts belongs to them too.
 *
 * An async function that it starts queues microtasks, so the turn is marked with `microtasksQueued`.
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
    // Outside every task nothing has to be stored, unless that would leave another task in the storage.
    if (awaiter === undefined && slot.storage === undefined) return body(...args);
    if (slot.storage === undefined) slot.storage = slot.makeStorage?.() ?? null;
    const { storage } = slot;
    if (storage === null) return runInTurn(stepping, awaiter, body, args);
    // No closures: each call of a body would pay for them, and show their frames in the stacks of errors.
    if (context !== undefined && context.entered !== true) return storage.runIn(context, stepper, body, args);
    return storage.getStore() === awaiter ? body(...args) : storage.run(awaiter, body, ...args);
  } finally {
    slot.stepping = stepping;
  }
}

/**
 * Calls `body` in a task where only `slot.turn` tells whose code runs.
 *
 * If the loop has begun the turn for this task, or the turn is the task's already, it is so to its end.
 * Otherwise this is an eager start inside other code, to which all that follows belongs. The microtasks that
 * `body` queues meanwhile, such as that of its first `await`, are the task's: the queue is first in, first
 * out, so they run between the two queued here.
 */
function runInTurn<Args extends unknown[], R>(
  outer: StepContext | undefined,
  awaiter: TaskLike | undefined,
  body: (...args: Args) => R,
  args: Args,
): R {
  const { turn } = slot;
  slot.turn = awaiter;
  const isItsTurn =
    outer === undefined
      ? slot.running !== undefined
      : outer.awaiter === awaiter && (turn === undefined || turn === awaiter);
  if (isItsTurn) return body(...args);
  // `void`, or the promise of the microtask would await the task.
  soon(() => void (slot.turn = awaiter));
  try {
    return body(...args);
  } finally {
    slot.turn = turn;
    soon(() => void (slot.turn = turn));
  }
}

/**
 * Calls `report`, which calls an exception handler, with the context variables of what failed, as in Python. If
 * it has none, or the report is made in a callback, which has its own, they stay those of the calling code.
 */
export function reportIn(failed: Home | undefined, report: () => void): void {
  const held = failed?.[variables];
  if (held === undefined || slot.variables === undefined || slot.stepping?.[variables] !== undefined) {
    report();
    return;
  }
  const { stepping } = slot;
  slot.stepping = slot.variables.stepWith(held);
  try {
    report();
  } finally {
    slot.stepping = stepping;
  }
}

/** Calls `callback` in a context but in no task, even if a task runs in that context. */
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
