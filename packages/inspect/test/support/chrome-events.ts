/**
 * A strict reader of the Trace Event Format, after the document "Trace Event Format" of the Chromium project. It stands
 * for Perfetto's trace processor, which neither npm nor Debian has: a viewer drops what is wrong without a word, and
 * this throws.
 *
 * It knows only the kinds of events that we write. Each must have exactly the fields below, of these types. The events
 * have to be in the order of their times, slices of a thread may not overlap, the asynchronous slices of an id have to
 * nest and to be closed, and an arrow has one beginning and one end, each within a slice of its thread.
 */
import { expect } from "vitest";

export interface ChromeEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly name: string;
  readonly cat?: string;
  readonly id?: string;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isText: Check = (value) => typeof value === "string" && value !== "";
const isNumber: Check = (value) => Number.isSafeInteger(value);
const isTime: Check = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCounts: Check = (value) =>
  isObject(value) && Object.values(value as object).every((count) => Number.isFinite(count));
const is =
  (expected: string): Check =>
  (value) =>
    value === expected;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const common = { ph: isText, pid: isNumber, tid: isNumber, ts: isTime, name: isText };
const asynchronous = { ...common, cat: isText, id: isText, args: optional(isObject) };
const kinds: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  M: { ...common, args: isObject },
  X: { ...common, dur: isTime, cat: isText, args: optional(isObject) },
  b: asynchronous,
  e: asynchronous,
  s: { ...common, cat: isText, id: isText },
  f: { ...common, cat: isText, id: isText, bp: is("e") },
  C: { ...common, args: isCounts },
  i: { ...common, s: is("t"), args: isObject },
};
const metadata: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  process_name: { name: isString },
  thread_name: { name: isString },
  thread_sort_index: { sort_index: isNumber },
};

/** Returns the events; throws where the text does not keep to the format. */
export function chromeEvents(text: string): readonly ChromeEvent[] {
  const { traceEvents, displayTimeUnit } = JSON.parse(text) as {
    traceEvents: readonly ChromeEvent[];
    displayTimeUnit: string;
  };
  expect(displayTimeUnit).toBe("ms");
  for (const event of traceEvents) checkFields(event);
  const rest = traceEvents.filter(({ ph }) => ph !== "M");
  expect(traceEvents.slice(-rest.length)).toEqual(rest); // The names come first.
  checkOrder(rest);
  checkSlices(rest);
  checkAsynchronous(rest);
  checkArrows(rest);
  return traceEvents;
}

function checkFields(event: ChromeEvent): void {
  const fields = kinds[event.ph];
  const place = JSON.stringify(event);
  if (fields === undefined) throw new Error(`an unknown kind: ${place}`);
  checkObject(event, fields, place);
  if (event.ph !== "M") return;
  const args = metadata[event.name];
  if (args === undefined) throw new Error(`an unknown name: ${place}`);
  checkObject(event.args as object, args, place);
}

function checkObject(object: object, fields: Readonly<Record<string, Check>>, place: string): void {
  const values = object as Readonly<Record<string, unknown>>;
  for (const [field, check] of Object.entries(fields)) {
    if (!check(values[field])) throw new Error(`its ${field} is wrong: ${place}`);
  }
  for (const field of Object.keys(values)) {
    if (!(field in fields)) throw new Error(`it should have no ${field}: ${place}`);
  }
}

function checkOrder(events: readonly ChromeEvent[]): void {
  for (const [index, { ts }] of events.entries()) {
    if (ts < (events[index - 1]?.ts ?? 0)) throw new Error(`event ${index} is earlier than the one before`);
  }
}

/** Nanoseconds tell times apart that doubles of microseconds confuse. */
const endOf = ({ ts, dur = 0 }: ChromeEvent): number => Math.round((ts + dur) * 1000);
const startOf = ({ ts }: ChromeEvent): number => Math.round(ts * 1000);

function checkSlices(events: readonly ChromeEvent[]): void {
  const ends = new Map<number, number>();
  for (const event of events.filter(({ ph }) => ph === "X")) {
    const before = ends.get(event.tid) ?? 0;
    if (startOf(event) < before) throw new Error(`it overlaps the slice before: ${JSON.stringify(event)}`);
    ends.set(event.tid, endOf(event));
  }
}

function checkAsynchronous(events: readonly ChromeEvent[]): void {
  const open = new Map<string, string[]>();
  for (const event of events.filter(({ ph }) => ph === "b" || ph === "e")) {
    const key = `${event.cat} ${event.id}`;
    const names = open.get(key) ?? [];
    open.set(key, names);
    if (event.ph === "b") names.push(event.name);
    else if (names.pop() !== event.name) throw new Error(`it ends another slice: ${JSON.stringify(event)}`);
  }
  expect([...open.values()].flat()).toEqual([]); // All slices are closed.
}

function checkArrows(events: readonly ChromeEvent[]): void {
  const slices = new Map<number, ChromeEvent[]>();
  for (const slice of events.filter(({ ph }) => ph === "X")) {
    const others = slices.get(slice.tid);
    if (others === undefined) slices.set(slice.tid, [slice]);
    else others.push(slice);
  }
  const arrows = events.filter(({ ph }) => ph === "s" || ph === "f");
  const begun = new Set<string>();
  for (const event of arrows) {
    const { ph, tid, id = "" } = event;
    const time = startOf(event);
    const isInside = slices.get(tid)?.some((slice) => startOf(slice) <= time && time <= endOf(slice));
    if (isInside !== true) throw new Error(`it is in no slice: ${JSON.stringify(event)}`);
    if (ph === "s" ? begun.has(id) : !begun.delete(id))
      throw new Error(`it has no other end: ${JSON.stringify(event)}`);
    if (ph === "s") begun.add(id);
  }
  expect([...begun]).toEqual([]);
}
