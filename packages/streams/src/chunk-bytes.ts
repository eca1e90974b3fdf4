/** The bytes of what a source brings. */
import { describe } from "@asyncio-ts/future/lowlevel";

/** Returns the bytes of a chunk; of text, those of UTF-8. Undefined if it is neither. */
export function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : undefined;
}

export function notBytes(chunk: unknown): TypeError {
  return new TypeError(
    `a StreamReader needs a source of bytes (Uint8Array) or strings, got ${describe(chunk)}`,
  );
}
