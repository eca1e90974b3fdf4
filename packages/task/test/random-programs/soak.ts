/** Many random programs. fast-check names the seed of one that fails. */
import { soak as soakOf, say } from "@asyncio-ts/testkit/soak";
import { summary } from "./properties.js";

/** Runs batches, each with a seed of its own, until they have made `part` of the programs. */
export async function soak(
  name: string,
  part: number,
  batch: (seed: number) => Promise<void>,
): Promise<void> {
  await soakOf(name, part, () => summary().get("programs") ?? 0, batch);
  for (const [what, count] of [...summary()].sort()) say(`  ${what}: ${count}`);
}
