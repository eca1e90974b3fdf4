/**
 * The members by which the modules of this package know tasks. They are symbols of the global registry: no editor lists them
 * among what a program may call, and one installed copy of the library finds them in the tasks of another.
 */

/** The task made before, in the list of live tasks. */
export const previous: unique symbol = Symbol.for("asyncio-ts.previous");
/** The task made after, in the list of live tasks. */
export const next: unique symbol = Symbol.for("asyncio-ts.next");
/** Cancels one wait of the task, and what that waits for. */
export const cancelWaitOf: unique symbol = Symbol.for("asyncio-ts.cancelWaitOf");
/** Cancels the task unless a walk has done so already. */
export const cancelAmong: unique symbol = Symbol.for("asyncio-ts.cancelAmong");
/** Makes a request that an owner takes back later. */
export const cancelFor: unique symbol = Symbol.for("asyncio-ts.cancelFor");
/** Takes an owner's request back; returns how many are left. */
export const takeBack: unique symbol = Symbol.for("asyncio-ts.takeBack");
/** The outstanding requests, for `stillCounted`. */
export const requests: unique symbol = Symbol.for("asyncio-ts.requests");
/** How many requests there are without a timeout's own. */
export const stillCounted: unique symbol = Symbol.for("asyncio-ts.stillCounted");
/** Up to which request or throw the running code was told. */
export const toldUntil: unique symbol = Symbol.for("asyncio-ts.toldUntil");
/** Whether a request was thrown into a body that was entered then. */
export const wasThrownSince: unique symbol = Symbol.for("asyncio-ts.wasThrownSince");
/** Has what was thrown into a body delivered once more. */
export const renewCancellation: unique symbol = Symbol.for("asyncio-ts.renewCancellation");
/** The cancellation that an error stands for. */
export const cancellationIn: unique symbol = Symbol.for("asyncio-ts.cancellationIn");
/** The body has returned. */
export const returned: unique symbol = Symbol.for("asyncio-ts.returned");
/** The body has thrown. */
export const threw: unique symbol = Symbol.for("asyncio-ts.threw");
/** Whether something outside this library may wake the task. */
export const mayWakeFromOutside: unique symbol = Symbol.for("asyncio-ts.mayWakeFromOutside");
/** What the task waits for, in words. */
export const waitsFor: unique symbol = Symbol.for("asyncio-ts.waitsFor");
/** Yields the nodes that a cancellation reaches in turn. */
export const cancelSteps: unique symbol = Symbol.for("asyncio-ts.cancelSteps");
/** The number of the latest request. */
export const reachedAt: unique symbol = Symbol.for("asyncio-ts.reachedAt");
/** Whether a CancelledError was thrown after that request. */
export const threwAfter: unique symbol = Symbol.for("asyncio-ts.threwAfter");
