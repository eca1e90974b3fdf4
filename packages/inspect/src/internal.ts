/** `@asyncio-ts/inspect/internal`: for sibling packages only (the site), not stable. */
export { durationText, outcomeText, ticksOf, titleOf } from "./picture-text.js";
export { rowsOf, type Row, type SpanState } from "./timeline.js";
