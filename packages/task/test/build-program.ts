import { fileURLToPath } from "node:url";
import { bundlePrograms } from "@asyncio-ts/testkit/bundle-programs";

/** Returns the path of a file beside the tests. */
export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles `programs/<name>.ts` to `dist/<name>.js`, which runs without a build of the packages. */
export async function buildProgram(name: string, keepNames = false): Promise<void> {
  await bundlePrograms(new URL("./", import.meta.url), [`programs/${name}.ts`], { keepNames });
}
