/**
 * The walk of a cancellation: from a task to what it waits for, and so on, depth first. In asyncio each `cancel()` calls
 * the next, and a chain of a thousand tasks overflows the stack; here each node yields those that it cancels in turn,
 * and one loop drives all of them, in the order in which the calls would have been made.
 *
 * A node that is met again while it is on the path (it waits for itself by way of others) is not entered twice: whoever
 * meets it lets go of it. One that several wait for is entered for each of them, as in asyncio, which its `cancelling()`
 * shows. In a graph of many layers that would take for ever, so after VISITS of them each is entered once.
 */
import { isBeingCancelled } from "@asyncio-ts/future/lowlevel";
import { cancelSteps, reachedAt, threwAfter } from "./members.js";

const VISITS = 1000;

/** Something whose `cancel()` cancels others. */
export interface CancelNode {
  done(): boolean;
  /** Whether it is on the path of a walk. */
  [isBeingCancelled](): boolean;
  /** The number of the latest request to cancel it, in its own count of requests and throws. */
  [reachedAt](): number;
  /** Whether a CancelledError was thrown into its code after that. */
  [threwAfter](reached: number): boolean;
  /** Yields the nodes that it cancels in turn; each yield returns whether that was cancelled. Returns whether it was. */
  [cancelSteps](message: string | undefined, owner?: object): Generator<CancelNode, boolean, boolean>;
}

export function isCancelNode(value: object | undefined): value is CancelNode {
  return value !== undefined && cancelSteps in value;
}

/** Whether a cancellation is passed on to this: it is not done, nor on the path already. */
export function takesCancellation(target: object | undefined): target is CancelNode {
  return isCancelNode(target) && !target.done() && !target[isBeingCancelled]();
}

/** The nodes that a walk, or several walks, have entered. */
export type Entered = Set<CancelNode>;

/** Cancels a node, and all that it waits for. False if it could not be cancelled. */
export function cancelFrom(
  root: CancelNode,
  message: string | undefined,
  owner?: object,
  entered?: Entered,
): boolean {
  entered?.add(root);
  const path = [root[cancelSteps](message, owner)];
  let accepted = false;
  for (let visits = 1, top = path[0]; top !== undefined; top = path.at(-1)) {
    const step = top.next(accepted);
    if (step.done === true) {
      accepted = step.value;
      path.pop();
      continue;
    }
    const node = step.value;
    accepted = entered?.has(node) === true;
    if (accepted) continue;
    if (++visits > VISITS) entered ??= new Set();
    entered?.add(node);
    path.push(node[cancelSteps](message));
  }
  return accepted;
}
