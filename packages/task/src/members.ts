/**
 * The members through which the modules of this package use tasks: symbols of the global registry. So no
 * editor offers them to programs, and one installed copy of the library finds them in tasks of another.
 */
import type { TaskLike } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";

/** Makes a request to cancel the task. */
export const requestCancel: unique symbol = Symbol.for("asyncio-ts.requestCancel");
/** Returns the task's `Cancellation`, if it has one. */
export const cancellationOf: unique symbol = Symbol.for("asyncio-ts.cancellationOf");
/** Returns the signal of a scope of the task, or of the task itself. */
export const signalOf: unique symbol = Symbol.for("asyncio-ts.signalOf");
/** Called when the body has returned. */
export const returned: unique symbol = Symbol.for("asyncio-ts.returned");
/** Called when the body has thrown. */
export const threw: unique symbol = Symbol.for("asyncio-ts.threw");
/** Tells whether the task waits for a native promise: nothing of this library is in flight. */
export const waitsNatively: unique symbol = Symbol.for("asyncio-ts.waitsNatively");
/** Describes what the task waits for. */
export const waitsFor: unique symbol = Symbol.for("asyncio-ts.waitsFor");
/** Returns the waits of the task that are in flight. */
export const waits: unique symbol = Symbol.for("asyncio-ts.waits");
/** Returns, in debug mode, the lines of the program that called what the task waits for. */
export const waitPlaces: unique symbol = Symbol.for("asyncio-ts.waitPlaces");
/** Returns the task's name and that of its function, for messages. */
export const title: unique symbol = Symbol.for("asyncio-ts.title");
/** Yields the nodes that a cancellation is passed on to. */
export const cancelSteps: unique symbol = Symbol.for("asyncio-ts.cancelSteps");
/** Tells whether it is unknown if the line that ended the task was told of a request. */
export const endedInDoubt: unique symbol = Symbol.for("asyncio-ts.endedInDoubt");
/** Returns the number of the latest request, in the count of requests and throws. */
export const lastAsked: unique symbol = Symbol.for("asyncio-ts.lastAsked");
/** Returns the number of the latest CancelledError thrown into the code. */
export const lastThrown: unique symbol = Symbol.for("asyncio-ts.lastThrown");

/** The part of a task that `Cancellation` and its helpers need. */
export interface CancellableTask extends TaskLike {
  getLoop(): EventLoop;
  cancelling(): number;
  [waitsNatively](): boolean;
}
