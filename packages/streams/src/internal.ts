/** `@asyncio-ts/streams/internal`: for sibling packages only (listed behind each name), not stable. */
export type { Inflow, Source } from "./inflow.js"; // subprocess
export { type NodeReadable, NodeSource } from "./node-source.js"; // subprocess: the output of a child
export { type NodeWritable, Outflow } from "./outflow.js"; // subprocess: the input of a child
export { inflowOf } from "./reader.js"; // subprocess
