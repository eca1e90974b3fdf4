/**
 * The members through which the modules of this package use tasks: symbols of the global registry. So no
 * editor offers them to programs, and one installed copy of the library finds them in tasks of another.
 */

/** The task made before, in the list of live tasks. */
export const previous: unique symbol = Symbol.for("asyncio-ts.previous");
/** The task made after, in the list of live tasks. */
export const next: unique symbol = Symbol.for("asyncio-ts.next");
/** Cancels one wait of the task, and what that waits for. */
export const cancelWaitOf: unique symbol = Symbol.for("asyncio-ts.cancelWaitOf");
/** Cancels the task unless a walk has already done so. */
export const cancelAmong: unique symbol = Symbol.for("asyncio-ts.cancelAmong");
/** Makes a request that an owner takes back later. */
export const cancelFor: unique symbol = Symbol.for("asyncio-ts.cancelFor");
/** Takes an owner's request back; returns how many are left. */
export const takeBack: unique symbol = Symbol.for("asyncio-ts.takeBack");
/** Returns the outstanding requests, for `stillCounted`. */
export const requests: unique symbol = Symbol.for("asyncio-ts.requests");
/** Returns how many requests there are without a timeout's own. */
export const stillCounted: unique symbol = Symbol.for("asyncio-ts.stillCounted");
/** Returns the number up to which the running code was told of requests. */
export const toldUntil: unique symbol = Symbol.for("asyncio-ts.toldUntil");
/** Tells whether a request was thrown into a body since it was entered. */
export const wasThrownSince: unique symbol = Symbol.for("asyncio-ts.wasThrownSince");
/** Delivers what was thrown into a body once more. */
export const renewCancellation: unique symbol = Symbol.for("asyncio-ts.renewCancellation");
/** Returns the cancellation that an error stands for. */
export const cancellationIn: unique symbol = Symbol.for("asyncio-ts.cancellationIn");
/** Called when the body has returned. */
export const returned: unique symbol = Symbol.for("asyncio-ts.returned");
/** Called when the body has thrown. */
export const threw: unique symbol = Symbol.for("asyncio-ts.threw");
/** Tells whether something outside this library may wake the task. */
export const mayWakeFromOutside: unique symbol = Symbol.for("asyncio-ts.mayWakeFromOutside");
/** Describes what the task waits for. */
export const waitsFor: unique symbol = Symbol.for("asyncio-ts.waitsFor");
/** Yields the nodes that a cancellation is passed on to. */
export const cancelSteps: unique symbol = Symbol.for("asyncio-ts.cancelSteps");
/** Returns the number of the latest request. */
export const reachedAt: unique symbol = Symbol.for("asyncio-ts.reachedAt");
/** Tells whether a CancelledError was thrown after that request. */
export const threwAfter: unique symbol = Symbol.for("asyncio-ts.threwAfter");
