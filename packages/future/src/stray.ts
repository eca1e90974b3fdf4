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
 * Futures and drivers find all this in the slot (`slot.strays`), from the first stray on: a program without
 * tasks has none.
 *
 * In debug mode cancellations are strays too, to tell where each task waited. They may be made some turns
 * before they are thrown, so there is a set of them.
 */
import { atCallOf, type PublicFunction } from "./caller.js";
import type { Strays } from "./contract.js";
import { slot } from "./slot.js";

let latest: WeakRef<Error> | undefined;
const cancellations = new WeakSet<Error>();

const immediately = Promise.resolve();

const strays: Strays = {
  add(error) {
    latest = new WeakRef(error);
  },
  addCancellation(error) {
    cancellations.add(error);
  },
  has(error) {
    return error !== undefined && (latest?.deref() === error || cancellations.has(error as Error));
  },
  settleHere(error, from) {
    if (strays.has(error)) capture(error as Error, from);
  },
  settleCancellation(error, from) {
    if (cancellations.has(error as Error)) capture(error as Error, from);
  },
  settleAtAwait(error, resolve, reject, then) {
    const settle = (): Promise<void> => {
      capture(error as Error, settle);
      then();
      // Never settled: the two functions are only for V8 to follow.
      return new Promise(() => {});
    };
    void immediately.then(settle).then(resolve as () => void, reject as () => void);
  },
};

function capture(error: Error, from: PublicFunction): void {
  atCallOf(from, error);
  if (!cancellations.has(error)) latest = undefined;
  else if (slot.checks?.isPlaced(error) !== false) cancellations.delete(error);
}

/** Returns the strays of all installed copies. */
export function allStrays(): Strays {
  return (slot.strays ??= strays);
}

/** Marks an error that is about to be thrown, and returns it. */
export function astray<E extends Error>(error: E): E {
  allStrays().add(error);
  return error;
}
