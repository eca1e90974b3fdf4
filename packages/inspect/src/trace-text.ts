/**
 * A trace as JSON, in pieces: the text of a million events is longer than what should be in memory at once, and
 * another process is not to be held up for long while it writes it.
 */
import type { Recorder, TraceHead, TraceList } from "./recorder.js";

/** How many items a piece has: few enough that a process writes them in a few milliseconds. */
const ITEMS = 2000;

/** A piece whose text is the items of a list, without the brackets around them. */
export interface Items {
  readonly list: TraceList;
  readonly from: number;
  readonly count: number;
}

/** Yields the text of a trace, piece by piece; in place of items it yields which ones they are. */
export function* piecesOf({ counts, ...head }: TraceHead): Generator<string | Items, void> {
  yield JSON.stringify(head).slice(0, -1);
  for (const list of ["tasks", "groups", "objects", "events"] as const) {
    yield `,"${list}":[`;
    for (let from = 0; from < counts[list]; from += ITEMS) {
      if (from > 0) yield ",";
      yield { list, from, count: ITEMS };
    }
    yield "]";
  }
  yield "}";
}

/** Returns the text of items. */
export function textOfItems(recorder: Recorder, { list, from, count }: Items): string {
  return JSON.stringify(recorder.read(list, from, count)).slice(1, -1);
}
