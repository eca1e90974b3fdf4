import { RandomNumbers } from "@asyncio-ts/testkit";

/** Returns a text that stays long when it is deflated. */
export function longText(seed: number): string {
  const random = new RandomNumbers(seed);
  return Array.from({ length: 20_000 }, () => random.below(2 ** 31).toString(36)).join();
}
