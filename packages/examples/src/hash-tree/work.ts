/** The functions that the worker processes run. */
import { createHash } from "node:crypto";
import { brotliCompressSync, constants } from "node:zlib";

export interface Packed {
  /** Of the original. */
  readonly sha256: string;
  readonly compressed: Uint8Array;
}

export function hashAndCompress(content: Uint8Array): Packed {
  return {
    sha256: createHash("sha256").update(content).digest("hex"),
    compressed: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  };
}
