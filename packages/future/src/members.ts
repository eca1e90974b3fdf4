/**
 * The members by which futures, waits and tasks know each other. They are symbols of the global registry: no editor lists them
 * among what a program may call, and one installed copy of the library finds them in the objects of another.
 */

/** Of a wait target: has the scheduler run a reaction once the target is done. */
export const arm: unique symbol = Symbol.for("asyncio-ts.arm");
/** Of a wait target: takes back a reaction that `arm` was given. */
export const disarm: unique symbol = Symbol.for("asyncio-ts.disarm");
/** Of a wait target: whether a call of `cancel()` on it is on the stack. */
export const isBeingCancelled: unique symbol = Symbol.for("asyncio-ts.isBeingCancelled");
/** Of a wait target that is done: why its waiters wake. */
export const wakeReason: unique symbol = Symbol.for("asyncio-ts.wakeReason");
/** Of a wait target that is done: whether it has no value. */
export const hasFailed: unique symbol = Symbol.for("asyncio-ts.hasFailed");
/** Of a wait target that has failed: its error, or its cancellation. */
export const failureReason: unique symbol = Symbol.for("asyncio-ts.failureReason");
/** Of a wait target: whether something outside this library ends it. */
export const waitsOutside: unique symbol = Symbol.for("asyncio-ts.waitsOutside");
/** Of a future that is done: whether it ended with a cancellation, its own or one that it passes on. */
export const bringsCancellation: unique symbol = Symbol.for("asyncio-ts.bringsCancellation");
/** Of a task: a wait begins. */
export const suspended: unique symbol = Symbol.for("asyncio-ts.suspended");
/** Of a task: a wait ends. */
export const resumed: unique symbol = Symbol.for("asyncio-ts.resumed");
/** Of a task, in debug mode: its code calls the library. */
export const called: unique symbol = Symbol.for("asyncio-ts.called");
