import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

const test = new URL("../", import.meta.url);

/** Builds the command, and the programs that run as processes of their own, into test/dist. */
export async function setup(): Promise<void> {
  const paths = ["../src/channels.ts", "../../executor/src/worker-entry.ts", "programs", "workers"];
  await bundlePrograms(test, paths, { keepNames: true, external: ["@opentelemetry/*"] });
  // The text of its functions is evaluated elsewhere: so without keepNames, which makes them call a helper.
  const external = ["ansi-escapes", "commander", "picocolors", "fast-string-width", "ws"];
  await bundlePrograms(test, ["../src/bin.ts", "commands"], { external });
}
