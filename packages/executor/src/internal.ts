/** `@asyncio-ts/executor/internal`: for sibling packages only (listed behind each name), not stable. */
export { explainArguments, findUnclonable, fromBytes, processCloneCheck, toBytes } from "./clone.js"; // distributed
export { functionsOf, NO_SUCH_FUNCTION, noSuchFunction } from "./functions-of.js"; // distributed
export { pack, type Packed, unpack } from "./packed.js"; // distributed
export { hrefOf, listRows } from "./pool-executor.js"; // distributed
export { Progress } from "./progress.js"; // distributed
export { shared } from "./shared.js"; // distributed: report()
