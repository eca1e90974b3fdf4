/**
 * Returns how often a test tries something at random, or how large it makes something. `pnpm test` does it all.
 * The runs that repeat the tests, starved or on other runtimes, look for what depends on the speed or on the
 * engine, and do a tenth.
 */
export function rounds(count: number): number {
  const { ASYNCIO_TS_STARVED: starved, ASYNCIO_TS_RUNTIME: runtime } = process.env;
  return starved === undefined && runtime === undefined ? count : Math.ceil(count / 10);
}
