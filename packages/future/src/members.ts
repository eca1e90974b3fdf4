/**
 * The members through which futures, waits and tasks use each other: symbols of the global registry. So no
 * editor offers them to programs, and one installed copy of the library finds them in objects of another.
 */

/** Of a wait target: schedules a reaction once the target is done. */
export const arm: unique symbol = Symbol.for("asyncio-ts.arm");
/** Of a wait target: takes back a reaction that was armed. */
export const disarm: unique symbol = Symbol.for("asyncio-ts.disarm");
/** Of a wait target: tells whether a call of `cancel()` on it is on the stack. */
export const isBeingCancelled: unique symbol = Symbol.for("asyncio-ts.isBeingCancelled");
/** Of a wait target that is done: tells why its waiters wake. */
export const wakeReason: unique symbol = Symbol.for("asyncio-ts.wakeReason");
/** Of a wait target that is done: tells whether it has no value. */
export const hasFailed: unique symbol = Symbol.for("asyncio-ts.hasFailed");
/** Of a wait target that has failed: returns its error, or its cancellation. */
export const failureReason: unique symbol = Symbol.for("asyncio-ts.failureReason");
/** Of a wait target: tells whether something outside this library ends it. */
export const waitsOutside: unique symbol = Symbol.for("asyncio-ts.waitsOutside");
/** Of a wait target, if it has any: returns facts about it, for those who look at the program. */
export const waitFacts: unique symbol = Symbol.for("asyncio-ts.waitFacts");
/** Of a future that is done: tells whether it ended with a cancellation, its own or one that it passes on. */
export const bringsCancellation: unique symbol = Symbol.for("asyncio-ts.bringsCancellation");
/** Of a task: called when a wait begins. */
export const suspended: unique symbol = Symbol.for("asyncio-ts.suspended");
/** Of a task: called when a wait ends. */
export const resumed: unique symbol = Symbol.for("asyncio-ts.resumed");
/** Of a task, in debug mode: called when its code calls the library. */
export const called: unique symbol = Symbol.for("asyncio-ts.called");
/** Of a context, and of a home of context variables: what it has. See `variables.ts`. */
export const variables: unique symbol = Symbol.for("asyncio-ts.variables");
