/**
 * The walk of a cancellation: from a task to what it waits for, and so on, depth first. In asyncio each `cancel()` calls
 * the next, and a chain of a thousand tasks overflows the stack; here each node yields those that it cancels in turn,
 * and one loop drives all of them, in the order in which the calls would have been made.
 *
 * A node that is met again while it is on the path (it waits for itself by way of others) is not entered twice: whoever
 * meets it lets go of it.
 */

/** Something whose `cancel()` cancels others. */
export interface CancelNode {
  done(): boolean;
  /** Whether it is on the path of a walk. */
  isBeingCancelled(): boolean;
  /** Yields the nodes that it cancels in turn; each yield returns whether that was cancelled. Returns whether it was. */
  cancelSteps(message: string | undefined, owner?: object): Generator<CancelNode, boolean, boolean>;
}

export function isCancelNode(value: object | undefined): value is CancelNode {
  return value !== undefined && "cancelSteps" in value;
}

/** Cancels a node, and all that it waits for. False if it could not be cancelled. */
export function cancelFrom(root: CancelNode, message: string | undefined, owner?: object): boolean {
  const path = [root.cancelSteps(message, owner)];
  let accepted = false;
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const step = top.next(accepted);
    if (step.done === true) {
      accepted = step.value;
      path.pop();
    } else {
      accepted = false;
      path.push(step.value.cancelSteps(message));
    }
  }
  return accepted;
}
