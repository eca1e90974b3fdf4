import { getRunningLoop } from "@asyncio-ts/loop";

/** Returns a native promise that resolves after `delay` milliseconds of the loop. */
export function native(delay: number): Promise<void> {
  const loop = getRunningLoop();
  return new Promise((resolve) => void loop.callLater(delay, resolve));
}
