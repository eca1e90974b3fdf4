/**
 * Many random programs: SOAK_PROGRAMS of them (100,000), from SOAK_SEED on (a new one each time), for at most
 * SOAK_MINUTES.
 */
import { summary } from "./properties.js";

const started = Date.now();
const firstSeed = Number(process.env["SOAK_SEED"] ?? started % 2 ** 31);
const minutes = Number(process.env["SOAK_MINUTES"] ?? Infinity);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function programs(): number {
  return summary().get("programs") ?? 0;
}

/**
 * Runs batches, each with a seed of its own, until it has `part` of the programs. fast-check names the seed
 * that fails.
 */
export async function soak(
  name: string,
  part: number,
  batch: (seed: number) => Promise<void>,
): Promise<void> {
  const wanted = Math.ceil(Number(process.env["SOAK_PROGRAMS"] ?? 100_000) * part);
  say(`${name}: ${wanted} programs, seeds from ${firstSeed}`);
  let told = Date.now();
  let seed = firstSeed;
  for (; programs() < wanted && Date.now() - started < minutes * 60_000; seed++) {
    await batch(seed);
    if (Date.now() - told < 60_000) continue;
    told = Date.now();
    say(
      `${name}: ${programs()} programs after ${Math.round((told - started) / 60_000)} minutes, next seed ${seed + 1}`,
    );
  }
  say(
    `${name}: ${programs()} programs, seeds ${firstSeed} to ${seed - 1}, ${Math.round((Date.now() - started) / 1000)} s`,
  );
  for (const [what, count] of [...summary()].sort()) say(`  ${what}: ${count}`);
}
