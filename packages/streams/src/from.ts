/** A source that a reader can be made of: a stream of Node, a web stream, an iterable. */
import { describe, hasMethods } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { endWith, forget } from "./ending.js";
import type { Inflow } from "./inflow.js";
import { IterableSource, type WebStream } from "./iterable-source.js";
import { type NodeReadable, NodeSource } from "./node-source.js";

/** A source of bytes, or of strings, which are encoded as UTF-8. */
export type ReadableSource =
  | NodeReadable
  | WebStream
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/**
 * Has a source feed an inflow. It is closed with the loop, if it is not over by then.
 *
 * @throws TypeError if it is none.
 */
export function feedFrom(source: ReadableSource, inflow: Inflow): void {
  const fed = sourceOf(source, inflow);
  if (inflow.ended || inflow.error !== undefined) return;
  const loop = getRunningLoop();
  const ending = { cancel: () => void fed.close().catch(() => {}) };
  endWith(loop, ending);
  inflow.close = () => fed.close();
  inflow.whenOver = () => {
    inflow.whenOver = undefined;
    forget(loop, ending);
  };
}

function sourceOf(source: unknown, inflow: Inflow): NodeSource | IterableSource {
  if (hasMethods(source, "on", "off", "pause", "resume", "destroy")) {
    return new NodeSource(source as NodeReadable, inflow);
  }
  if (hasMethods(source, "getReader")) return IterableSource.ofWebStream(source as WebStream, inflow);
  if (typeof source === "object" && source !== null && !(source instanceof Uint8Array)) {
    if (Symbol.asyncIterator in source || Symbol.iterator in source) {
      return IterableSource.ofIterable(source as AsyncIterable<unknown>, inflow);
    }
  }
  const instead = typeof source === "string" || source instanceof Uint8Array ? "; write [data]" : "";
  throw new TypeError(
    `StreamReader.from() needs a stream or an iterable of bytes or strings, got ${describe(source)}${instead}`,
  );
}
