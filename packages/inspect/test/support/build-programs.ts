import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

/** Builds the programs that run as processes of their own into test/dist. */
export async function setup(): Promise<void> {
  const paths = ["../src/channels.ts", "../../executor/src/worker-entry.ts", "programs", "workers"];
  const options = { keepNames: true, external: ["@opentelemetry/*"] };
  await bundlePrograms(new URL("../", import.meta.url), paths, options);
}
