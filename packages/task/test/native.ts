import { getRunningLoop } from "@asyncio-ts/loop";

/** Returns a native promise that resolves after `delay` milliseconds of the loop. */
export function native(delay: number): Promise<void> {
  const loop = getRunningLoop();
  return new Promise((resolve) => void loop.callLater(delay, resolve));
}

/** Returns a native promise, and what resolves it. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((resolved) => (resolve = resolved));
  return { promise, resolve };
}
