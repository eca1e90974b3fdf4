/**
 * The walk of a cancellation: from a task to what it waits for, and so on, depth first. In asyncio each
 * `cancel()` calls the next, and a chain of a thousand tasks overflows the stack. Here each node yields those
 * that it cancels, and one loop drives all of them, in the same order.
 *
 * A node that is met again while it is on the path (it waits for itself by way of others) is not entered
 * twice: the node that meets it lets go of it. A node that several wait for is entered for each, and
 * `cancelling()` counts each, as in asyncio; but after VISITS, each node is entered once, or many layers
 * would take for ever.
 */
import { isBeingCancelled } from "@asyncio-ts/future/lowlevel";
import { cancelSteps, type endedInDoubt, type lastAsked, lastThrown } from "./members.js";

const VISITS = 1000;

/** A future whose `cancel()` cancels others. */
export interface CancelNode {
  done(): boolean;
  /** Tells whether it is on the path of a walk. */
  [isBeingCancelled](): boolean;
  /** Returns the number of the latest request, in a count of its own of requests and throws; 0 if it has none. */
  [lastAsked](): number;
  /**
   * Returns the number of the latest CancelledError thrown into its code, in the same count; 0: none. Once it is
   * done, of the latest that reached the line which ended it.
   */
  [lastThrown](): number;
  /** Tells whether it is done, and unknown what the line which ended it was told of. */
  [endedInDoubt](): boolean;
  /** Yields nodes that it cancels; each yield returns whether that was cancelled. Returns whether it was. */
  [cancelSteps](message: string | undefined, owner?: object): Generator<CancelNode, boolean, boolean>;
}

export function isCancelNode(value: object | undefined): value is CancelNode {
  return value !== undefined && cancelSteps in value;
}

/** Tells whether a cancellation is passed on to this: it is neither done nor on the path already. */
export function takesCancellation(target: object | undefined): target is CancelNode {
  return isCancelNode(target) && !target.done() && !target[isBeingCancelled]();
}

/** Counts the nodes that a walk, or several walks that begin together, have entered. */
export class Visits {
  private count = 0;
  /** Those after the first VISITS. */
  private entered: Set<CancelNode> | undefined = undefined;

  /** Notes that a walk reaches a node. Returns false if it must not be entered again. */
  enter(node: CancelNode): boolean {
    if (++this.count <= VISITS) return true;
    if (this.entered?.has(node) === true) return false;
    (this.entered ??= new Set()).add(node);
    return true;
  }
}

/** Cancels a node, and all that it waits for. Returns false if it could not be cancelled. */
export function cancelFrom(
  root: CancelNode,
  message: string | undefined,
  owner?: object,
  visits: Visits = new Visits(),
): boolean {
  const path = [root[cancelSteps](message, owner)];
  let accepted = false;
  for (let top = path[0]; top !== undefined; top = path.at(-1)) {
    const step = top.next(accepted);
    if (step.done === true) {
      accepted = step.value;
      path.pop();
    } else if (visits.enter(step.value)) path.push(step.value[cancelSteps](message));
    else accepted = true;
  }
  return accepted;
}
