/**
 * Strays: errors that this library makes in a turn of the loop, where no code of the program is on the stack:
 * the TimeoutError of a timeout that has expired, the ExceptionGroup of a task group. Their stacks would have
 * no line of the program.
 *
 * So such an error gets its stack later, when it first reaches code of the program:
 *   a generator         in the `throw` of the iterator of its `yield*`: V8 has the generator on the stack then
 *   an async function   in a microtask whose promise leads to its `await`: V8 then adds the functions that
 *                       wait, up to the outermost one
 * Nothing is recorded before, so a timeout that does not expire costs nothing.
 *
 * States: none, or `latest` refers to the error, from the moment in which it is thrown until it has got its
 * stack, or another one is astray. That is nearly always the same step: between the library's `throw` and the
 * program's `yield*` or `await`, an error can only stay in the future of a task. The reference is weak, since
 * an error holds what its stack has seen.
 *
 * In debug mode cancellations are strays too, to tell where each task waited. They may be made some turns
 * before they are thrown, so there is a set of them.
 */
import { atCallOf, type PublicFunction } from "./caller.js";
import { slot } from "./slot.js";

let latest: WeakRef<Error> | undefined;
let cancellations: WeakSet<Error> | undefined;

/** Marks an error that is about to be thrown, and returns it. */
function astray<E extends Error>(error: E): E {
  latest = new WeakRef(error);
  return error;
}

/** Marks a cancellation in debug mode, and returns it. */
export function cancellationAstray<E extends Error>(error: E): E {
  (cancellations ??= new WeakSet()).add(error);
  return error;
}

/** Tells whether `error` has no place in the program yet. */
export function isAstray(error: unknown): boolean {
  if (error === undefined) return false;
  return latest?.deref() === error || cancellations?.has(error as Error) === true;
}

/** Gives `error`, if it is astray, the stack of the caller of `from`: a generator of the program. */
export function settleHere(error: unknown, from: PublicFunction): void {
  if (isAstray(error)) capture(error as Error, from);
}

/** Does the same for a cancellation alone: the caller may be a generator of the library. */
export function settleCancellation(error: unknown, from: PublicFunction): void {
  if (cancellations?.has(error as Error) === true) capture(error as Error, from);
}

const immediately = Promise.resolve();

/** Gives `error` the stack of an `await`, by the functions that the engine made; `then` is called after it. */
export function settleAtAwait(error: unknown, resolve: unknown, reject: unknown, then: () => void): void {
  const settle = (): Promise<void> => {
    capture(error as Error, settle);
    then();
    // Never settled: the two functions are only for V8 to follow.
    return new Promise(() => {});
  };
  void immediately.then(settle).then(resolve as () => void, reject as () => void);
}

function capture(error: Error, from: PublicFunction): void {
  atCallOf(from, error);
  if (cancellations?.has(error) !== true) latest = undefined;
  else if (slot.checks?.isPlaced(error) !== false) cancellations.delete(error);
}

/** The parts of this module for errors that other packages throw. */
export const stray: {
  astray<E extends Error>(error: E): E;
  settleCancellation(error: unknown, from: PublicFunction): void;
} = { astray, settleCancellation };
