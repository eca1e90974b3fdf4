import { mergeConfig, type ViteUserConfig } from "vitest/config";
import base from "../../vitest.config.js";

// The packages as they are measured: built. Workers could not load the sources either.
const config: ViteUserConfig = mergeConfig(base, { resolve: { tsconfigPaths: false } });

export default config;
