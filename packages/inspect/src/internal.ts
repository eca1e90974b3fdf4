/** `@asyncio-ts/inspect/internal`: for sibling packages only (listed behind each name), not stable. */
export { durationText, outcomeText, ticksOf, titleOf } from "./picture-text.js"; // site
export { rowsOf, type Row, type SpanState } from "./timeline.js"; // site
