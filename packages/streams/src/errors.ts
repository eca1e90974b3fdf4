/** The errors of streams. */
import { nameError } from "@asyncio-ts/future/lowlevel";

/**
 * Thrown by a read that needs more bytes than arrived before the end of the stream. Python:
 * `asyncio.IncompleteReadError`.
 *
 * @example
 * ```ts
 * import { IncompleteReadError, StreamReader } from "@asyncio-ts/streams";
 *
 * const reader = new StreamReader();
 * reader.feedData("abc");
 * reader.feedEof();
 * try {
 *   await reader.readexactly(10);
 * } catch (error) {
 *   const { partial, expected } = error as IncompleteReadError;
 *   console.log(new TextDecoder().decode(partial), expected);
 * }
 * // prints: abc 10
 * ```
 */
export class IncompleteReadError extends Error {
  static {
    nameError(this, "IncompleteReadError");
  }

  /** The bytes that had arrived; the read has taken them. */
  readonly partial: Uint8Array;
  /** The number of bytes that were asked for; undefined if a separator was. */
  readonly expected: number | undefined;

  /** Makes one, as the author of a reader of another kind does. */
  constructor(partial: Uint8Array, expected?: number) {
    const got = `the stream ended after ${partial.length} bytes`;
    super(expected === undefined ? `${got}, before the separator` : `${got} of the ${expected} asked for`);
    this.partial = partial;
    this.expected = expected;
  }
}

/**
 * Thrown by a read whose separator does not come within the reader's `limit`. Python:
 * `asyncio.LimitOverrunError`; `readline()` throws a `ValueError` there.
 *
 * @example
 * ```ts
 * import { LimitOverrunError, StreamReader } from "@asyncio-ts/streams";
 *
 * const reader = new StreamReader({ limit: 4 });
 * reader.feedData("too long\n");
 * try {
 *   await reader.readuntil();
 * } catch (error) {
 *   console.log(error instanceof LimitOverrunError, (error as LimitOverrunError).consumed);
 * }
 * // prints: true 8
 * ```
 */
export class LimitOverrunError extends RangeError {
  static {
    nameError(this, "LimitOverrunError");
  }

  /** The number of bytes to take, with `readexactly(consumed)`, to get past what is too long. */
  readonly consumed: number;

  /** Makes one, as the author of a reader of another kind does. */
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}

/**
 * Thrown where a connection can't be made, or is lost: refused, not found, reset, not trusted. Python:
 * `ConnectionError`, `OSError`, `ssl.SSLError`.
 *
 * @example
 * ```ts
 * import { ConnectionError, openUnixConnection } from "@asyncio-ts/streams";
 *
 * try {
 *   await openUnixConnection("/nowhere.sock");
 * } catch (error) {
 *   console.log(error instanceof ConnectionError, (error as ConnectionError).code);
 * }
 * // prints: true ENOENT
 * ```
 */
export class ConnectionError extends Error {
  static {
    nameError(this, "ConnectionError");
  }

  /** The code of the error, as Node has it: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  readonly code: string;

  /** @param cause the error of the runtime @internal */
  constructor(message: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
