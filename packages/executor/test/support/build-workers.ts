import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

/**
 * Builds what Node itself runs into test/dist: the entry of workers, the modules of the tests, and whole
 * programs.
 */
export async function setup(): Promise<void> {
  await bundlePrograms(new URL("../", import.meta.url), ["../src/worker-entry.ts", "workers", "programs"]);
}
