/**
 * `@asyncio-ts/loop/testing`: loops for tests.
 */
export { ExplorationError } from "./exploration-report.js";
export { type Exploration, explore, type ExploreOptions } from "./explore.js";
export type { Outside } from "./outside-events.js";
export { virtualLoop, type VirtualLoopOptions } from "./virtual-loop.js";
