/**
 * Reactions: the runnables to schedule once a future is done. A single one needs no list.
 *
 * A few are in an array, in the order in which they were armed. Many are in a Set, which each can leave in
 * one step: a long-lived future may have 100,000 shields, and as many that are cancelled. The Set is the only
 * element of an array, so that a future with one reaction, as nearly all have, needs no further check.
 */
import type { Runnable } from "./contract.js";

/** Two reactions or more. */
export type Reactions = Runnable[] | [Set<Runnable>];

/** The number of reactions from which on they are in a Set. */
const MANY = 16;

/** Adds a reaction at the end. */
export function withReaction(reactions: Reactions, reaction: Runnable): Reactions {
  const list = listIn(reactions);
  if (list instanceof Set) list.add(reaction);
  else if (list.push(reaction) >= MANY) return [new Set(list)];
  return reactions;
}

/** Returns all reactions in order. */
export function listIn(reactions: Reactions): Runnable[] | Set<Runnable> {
  const [first] = reactions;
  return first instanceof Set ? first : (reactions as Runnable[]);
}

/** Removes a reaction; one that is left alone needs no list. */
export function withoutReaction(reactions: Reactions, reaction: Runnable): Reactions | Runnable | undefined {
  const list = listIn(reactions);
  if (list instanceof Set) {
    list.delete(reaction);
    return list.size === 0 ? undefined : reactions;
  }
  const rest = list.filter((one) => one !== reaction);
  return rest.length > 1 ? rest : rest[0];
}
