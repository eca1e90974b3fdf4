/**
 * The watches of waits, as one object in the slot: each wait asks for it, so a wait that nobody watches pays for
 * one look.
 */
import { type contract, slot } from "@asyncio-ts/future/internal";

/** Has `watch` told of each wait, until the function that this returns is called. */
export function watchWaits(watch: contract.WaitWatch): () => void {
  const watches = (slot.waitWatches ??= []);
  watches.push(watch);
  slot.waits = asOne(watches);
  return () => {
    const index = watches.indexOf(watch);
    if (index >= 0) watches.splice(index, 1);
    slot.waits = asOne(watches);
  };
}

function asOne(watches: readonly contract.WaitWatch[]): contract.WaitWatch | undefined {
  if (watches.length < 2) return watches[0];
  return {
    waitBegins(target, awaiter) {
      for (const watch of watches) watch.waitBegins(target, awaiter);
    },
  };
}
