/**
 * Random programs for minutes: SOAK_PROGRAMS of them (100,000), from SOAK_SEED on (a new one each time), for
 * at most SOAK_MINUTES.
 */
const started = Date.now();
const firstSeed = Number(process.env["SOAK_SEED"] ?? started % 2 ** 31);
const minutes = Number(process.env["SOAK_MINUTES"] ?? Infinity);

/** Prints at once, and not when the test is over. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs batches, each with a seed of its own, until `count` says that `part` of the programs have run. */
export async function soak(
  name: string,
  part: number,
  count: () => number,
  batch: (seed: number) => Promise<void>,
): Promise<void> {
  const wanted = Math.ceil(Number(process.env["SOAK_PROGRAMS"] ?? 100_000) * part);
  say(`${name}: ${wanted} programs, seeds from ${firstSeed}`);
  let told = Date.now();
  let seed = firstSeed;
  for (; count() < wanted && Date.now() - started < minutes * 60_000; seed++) {
    await batch(seed);
    if (Date.now() - told < 60_000) continue;
    told = Date.now();
    const passed = Math.round((told - started) / 60_000);
    say(`${name}: ${count()} programs after ${passed} minutes, next seed ${seed + 1}`);
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  say(`${name}: ${count()} programs, seeds ${firstSeed} to ${seed - 1}, ${seconds} s`);
}
