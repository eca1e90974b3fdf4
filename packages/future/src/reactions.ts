/**
 * Reactions: what is to run once a future is done, from the second reaction on (a single one needs no list).
 *
 * Few stand in an array, in the order in which they came. Many stand in a Set, which keeps that order too, and which each
 * can leave in one step: a long-lived future may have 100,000 shields, and as many that are cancelled. The Set is the one
 * element of an array, so that a future whose reaction is a single one, as nearly all have, is asked for nothing more.
 */
import type { Runnable } from "./contract.js";

/** Two reactions or more. */
export type Reactions = Runnable[] | [Set<Runnable>];

/** From how many on they stand in a Set. */
const MANY = 16;

/** With one more, at the end. */
export function withReaction(reactions: Reactions, reaction: Runnable): Reactions {
  const list = listIn(reactions);
  if (list instanceof Set) list.add(reaction);
  else if (list.push(reaction) >= MANY) return [new Set(list)];
  return reactions;
}

/** All of them, in order. */
export function listIn(reactions: Reactions): Runnable[] | Set<Runnable> {
  const [first] = reactions;
  return first instanceof Set ? first : (reactions as Runnable[]);
}

/** Without one of them; a single one that is left needs no list. */
export function withoutReaction(reactions: Reactions, reaction: Runnable): Reactions | Runnable | undefined {
  const list = listIn(reactions);
  if (!(list instanceof Set)) return asReactions(list.filter((one) => one !== reaction));
  list.delete(reaction);
  return list.size === 0 ? undefined : reactions;
}

/** A list of any length, in the form in which a future keeps it. */
export function asReactions(list: Runnable[]): Reactions | Runnable | undefined {
  return list.length > 1 ? list : list[0];
}
