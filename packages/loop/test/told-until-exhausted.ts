import type { EventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";

/** Runs a loop until it is told that nothing can wake it, and returns what it is told: if that is certain. */
export async function toldUntilExhausted(loop: EventLoop): Promise<boolean[]> {
  const told: boolean[] = [];
  const forget = partsOf(loop).host.whenExhausted((certain) => {
    told.push(certain);
    loop.stop();
  });
  await loop.runForever();
  forget();
  return told;
}
