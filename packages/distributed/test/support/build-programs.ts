import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

/** Builds what Node itself runs into test/dist: the command, the entry of workers, and the modules of the tests. */
export async function setup(): Promise<void> {
  await bundlePrograms(
    new URL("../", import.meta.url),
    ["../src/bin.ts", "../../executor/src/worker-entry.ts", "workers", "programs"],
    { external: ["bullmq", "ioredis", "commander"] },
  );
}
