/**
 * Unreached tasks: those that were cancelled, and that the cancellation can't reach.
 *
 * A native promise can't be cancelled. A task that awaits one is told of a request at its next wait for
 * something of this library, which may never come. The same goes for an operation (`abortable`) that ignores
 * its signal. Until the task is told, no code of it could have reacted: so it is unreached, and not stubborn.
 */
import { cancellationOf, waitsNatively } from "./members.js";
import { type Future, isFuture } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import { waitsOutside } from "@asyncio-ts/future/lowlevel";
import { isTask, type Task } from "./task.js";

/**
 * Returns the unreached tasks among some tasks and those that these wait for.
 *
 * With `isFinal` false these are only the ones that nothing could tell: no task whose signal was handed out,
 * and none that waits for an operation with a signal. Those may be about to end.
 */
export function unreachedAmong(tasks: Iterable<Task<unknown>>, isFinal: boolean): Set<Task<unknown>> {
  const unreached = new Set<Task<unknown>>();
  const asked = new Set<contract.Waker>(tasks);
  // The set grows while it is walked: each is asked once, and nothing recurses.
  for (const one of asked) {
    if (one.done()) continue;
    const isOutside = one[waitsOutside](asked);
    if (isTask(one)) {
      if (one[waitsNatively]() && isDue(one, isFinal)) unreached.add(one);
    } else if (isOutside && isFinal && isFuture(one)) {
      for (const awaiter of one.awaitedBy())
        if (isTask(awaiter) && isDue(awaiter, true)) unreached.add(awaiter);
    }
  }
  return unreached;
}

/** Returns the tasks, and those that wait for them, and so on, as far as they were cancelled too. */
export function withCancelledAwaiters(tasks: Iterable<Task<unknown>>): Set<Task<unknown>> {
  const all = new Set<Future<unknown>>(tasks);
  const cancelled = new Set<Task<unknown>>();
  for (const future of all) {
    if (isTask(future) && !future.done() && future.cancelling() > 0) cancelled.add(future);
    for (const awaiter of future.awaitedBy()) all.add(awaiter);
  }
  return cancelled;
}

/** Tells whether somebody waits for a task, and no code of it was told of the latest request to cancel it. */
function isDue(task: Task<unknown>, isFinal: boolean): boolean {
  const cancellation = task[cancellationOf]();
  if (cancellation?.isDue !== true || cancellation.isAbandoned) return false;
  return isFinal || !cancellation.hasSignal;
}
