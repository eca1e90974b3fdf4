import { mergeConfig, type ViteUserConfig } from "vitest/config";
import soak from "../../vitest.soak.config.js";
import own from "./vitest.config.js";

const config: ViteUserConfig = mergeConfig(own, soak);
config.test = { ...config.test, include: ["**/*.soak.ts"] };

export default config;
