/**
 * Values as they are in Redis: arguments, results, reported values and errors.
 *
 * A value is written in the format of V8, as pools of processes do it, and deflated if that is worth it. BullMQ
 * keeps data as JSON, so the bytes become base64; the first character tells what they are:
 *   r…  the bytes themselves      z…  deflated bytes      @  they are in a key of their own (see names.ts)
 *
 * A failure is a text, since BullMQ and its dashboards show one: what people read, and in the last line what the
 * caller reads.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import {
  explainArguments,
  findUnclonable,
  fromBytes,
  pack,
  type Packed,
  processCloneCheck,
  toBytes,
  unpack,
} from "@asyncio-ts/executor/internal";
import { describe } from "@asyncio-ts/future/lowlevel";
import { TimeoutError } from "@asyncio-ts/task";
import type { SentVariables } from "./variables.js";

/** The bytes from which on a value is deflated. */
const WORTH_DEFLATING = 4096;
/** The characters up to which a result is kept in BullMQ's job, and so in its stream of events too. */
export const LONGEST_INLINE = 65_536;
/** The reason of a cancellation that a worker has decided on. */
export const CALLER_GONE = "its caller has given no sign of life for its lease";
/** Stands for a result that is in a key of its own. */
export const ELSEWHERE = "@";

/** Writes a value. Throws what V8 throws of a value that can't be cloned. */
export function write(value: unknown): string {
  const bytes = toBytes(value);
  if (bytes.length >= WORTH_DEFLATING) {
    const deflated = deflateRawSync(bytes, { level: 1 });
    if (deflated.length < bytes.length) return `z${deflated.toString("base64")}`;
  }
  return `r${Buffer.from(bytes).toString("base64")}`;
}

/** Reads what `write` has written. Throws a TypeError if it is something else. */
export function read(text: unknown): unknown {
  try {
    if (typeof text !== "string" || !/^[rz]/.test(text)) throw new Error("it has another form");
    const bytes = Buffer.from(text.slice(1), "base64");
    return fromBytes(text.startsWith("z") ? inflateRawSync(bytes) : bytes);
  } catch (error) {
    throw new TypeError(`a value in Redis can't be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The arguments of a job, and the context variables that go with them, as they are in Redis. */
export interface Written {
  readonly args: string;
  readonly variables?: string;
}

/**
 * Writes the arguments of a job. Throws a TypeError that names the argument, or the variable, which can't be sent or is
 * too big.
 */
export function writeArguments(
  name: string,
  args: readonly unknown[],
  sizeLimit: number,
  variables?: SentVariables,
): Written {
  let written: Written;
  try {
    written = { args: write(args), ...(variables !== undefined && { variables: write(variables) }) };
  } catch (error) {
    const call = `${name}() can't be sent to a queue`;
    const reason =
      explainArguments(call, args, processCloneCheck, [], variables) ??
      `the arguments of ${call}: ${(error as Error).message}`;
    throw new TypeError(reason, { cause: error });
  }
  if (written.args.length + (written.variables?.length ?? 0) <= sizeLimit) return written;
  const parts = [
    ...args.map((arg, i): [string, unknown] => [`argument ${i + 1} of ${name}()`, arg]),
    ...(variables ?? []).map(([variable, value]): [string, unknown] => [
      `the value of ContextVar '${variable}', which goes with the arguments of ${name}(),`,
      value,
    ]),
  ];
  const sizes = parts.map(([, value]) => write(value).length);
  const size = Math.max(...sizes);
  throw new TypeError(
    `${parts[sizes.indexOf(size)]?.[0]} is too big: it takes ${size} bytes in Redis, and all ` +
      `arguments of a job may take ${sizeLimit} (sizeLimit); put it where the workers can read it, and send its name`,
  );
}

/** Writes the result of a job, or a value that it reports. Throws a TypeError that says what is wrong with it. */
export function writeFrom(what: string, value: unknown, sizeLimit: number): string {
  let text: string;
  try {
    text = write(value);
  } catch (error) {
    const reason = findUnclonable(value, processCloneCheck) ?? (error as Error).message;
    throw new TypeError(`${what} can't be sent to its caller: ${reason}`, { cause: error });
  }
  if (text.length <= sizeLimit) return text;
  throw new TypeError(
    `${what} is too big: it takes ${text.length} bytes in Redis, of ${sizeLimit} (sizeLimit)`,
  );
}

/** Why a job has no result. */
type Failure =
  | { readonly kind: "error"; readonly error: Packed }
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "cancelled"; readonly message: string | undefined }
  | { readonly kind: "timeout"; readonly message: string };

/** The end of a job that the caller's future takes over. */
export type Ended =
  | { readonly error: unknown }
  | { readonly cancelled: true; readonly message: string | undefined };

/** Begins the last line of a failure. */
const MARK = "\nasyncio-ts:";

/** Writes an error that the function has thrown, or that says why it was not called. */
export function writeError(thrown: unknown): string {
  const { name, message } = legible(thrown);
  const text = name === undefined ? message : `${name}: ${message}`;
  return writeFailure(text, { kind: "error", error: pack(thrown, processCloneCheck) });
}

/** Returns what people read of a thrown value, which may be anything: reading an odd one must not throw. */
export function legible(thrown: unknown): { name?: string; message: string; stack: string | undefined } {
  const packed = pack(thrown, processCloneCheck);
  if ("error" in packed) return packed.error;
  const { value } = packed;
  return { message: typeof value === "string" ? value : describe(value), stack: undefined };
}

export function writeBroken(message: string): string {
  return writeFailure(message, { kind: "broken", message });
}

export function writeTimeout(message: string): string {
  return writeFailure(message, { kind: "timeout", message });
}

export function writeCancelled(message: string | undefined): string {
  return writeFailure(`cancelled${message === undefined ? "" : `: ${message}`}`, {
    kind: "cancelled",
    message,
  });
}

function writeFailure(text: string, failure: Failure): string {
  return `${text}${MARK}${write(failure)}`;
}

/** Reads a failure. One without a last line for the caller is BullMQ's own. */
export function readFailure(text: string, call: string): Ended {
  const at = text.lastIndexOf(MARK);
  if (at < 0) return { error: new BrokenExecutorError(`${call} was not finished: ${text}`) };
  const failure = read(text.slice(at + MARK.length)) as Failure;
  switch (failure.kind) {
    case "error":
      return { error: unpack(failure.error) };
    case "broken":
      return { error: new BrokenExecutorError(failure.message) };
    case "timeout":
      return { error: new TimeoutError(failure.message) };
    case "cancelled":
      return { cancelled: true, message: failure.message };
  }
}
