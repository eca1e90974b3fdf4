/**
 * The way from an event loop to its parts. The public methods of a loop are for users; the packages of this
 * library reach its parts under a key of the global symbol registry, so that another installed copy finds
 * them too.
 */
import type { LoopLike, LoopParts } from "./contract.js";

const key = Symbol.for("asyncio-ts.EventLoop");

/** Makes `loop` an event loop for all installed copies. Called once, by its constructor. */
function setParts(loop: LoopLike, parts: LoopParts): void {
  Object.defineProperty(loop, key, { value: parts });
}

/** Returns the parts of an event loop of any installed copy; undefined if `value` is no event loop. */
export function findParts(value: unknown): LoopParts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    return (value as { readonly [key]?: LoopParts })[key];
  } catch {
    // A proxy that was revoked.
    return undefined;
  }
}

/** The way between a loop and its parts, for the package that has loops. */
export const loopParts: {
  find(value: unknown): LoopParts | undefined;
  set(loop: LoopLike, parts: LoopParts): void;
} = { find: findParts, set: setParts };
