import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

/** Builds the programs that run as processes of their own into test/dist. */
export async function setup(): Promise<void> {
  const options = { keepNames: true, external: ["@opentelemetry/*"] };
  await bundlePrograms(new URL("../", import.meta.url), ["programs", "workers"], options);
}
