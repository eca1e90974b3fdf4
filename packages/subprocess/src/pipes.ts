/** Pipes: the readers and the writer of a process, over the streams of its pipes. */
import { pending } from "@asyncio-ts/coroutine/lowlevel";
import { ConnectionError, StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { inflowOf, NodeSource, Outflow } from "@asyncio-ts/streams/internal";
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** The ends of the pipes to a process; null for what is no pipe. */
export interface Pipes {
  readonly stdin: StreamWriter | null;
  readonly stdout: StreamReader | null;
  readonly stderr: StreamReader | null;
}

/** Makes the readers and the writer of a process. */
export function pipesOf({ stdin, stdout, stderr }: ChildProcess, limit: number | undefined): Pipes {
  return {
    stdin: stdin && new StreamWriter(new PipeOutflow(stdin)),
    stdout: stdout && readerOf(stdout, limit),
    stderr: stderr && readerOf(stderr, limit),
  };
}

function readerOf(readable: Readable, limit: number | undefined): StreamReader {
  const reader = new StreamReader(limit === undefined ? {} : { limit });
  const inflow = inflowOf(reader);
  inflow.source = new NodeSource(readable, inflow);
  return reader;
}

/** The most unsent bytes with which `drain()` does not wait, as in asyncio. */
const HIGH = 65_536;

/**
 * The input of a process. It counts the bytes that were not sent, for two reasons: Bun's pipes do not tell
 * that they are full, and runtimes close the pipe of a process that has ended without an error, whether or not
 * it had read everything.
 */
class PipeOutflow extends Outflow {
  private readonly pipe: Writable;
  private unsent = 0;

  constructor(pipe: Writable) {
    super(pipe, undefined);
    this.pipe = pipe;
  }

  override write(data: Uint8Array | string): void {
    if (this.ended || this.closing) {
      super.write(data);
      return;
    }
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    this.unsent += bytes.length;
    this.pipe.write(bytes, (error) => {
      if (error) return;
      this.unsent -= bytes.length;
      if (this.unsent === 0) this.draining.wakeAll();
    });
  }

  override pollDrained(wasWaiting: boolean): void | typeof pending {
    if (this.lost) return super.pollDrained(wasWaiting);
    return this.unsent > HIGH || (wasWaiting && this.unsent > 0) ? pending : undefined;
  }

  protected override errorOf(cause: unknown): unknown {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    return new ConnectionError(`the pipe is broken: ${message}`, code, cause);
  }

  protected override onLost(): void {
    if (this.unsent > 0) {
      this.error ??= new ConnectionError(
        "the pipe is broken: the process has ended before it had read everything",
        "EPIPE",
      );
    }
  }
}

/** Tells whether an error of a writer says that nobody reads any more. */
export function isBrokenPipe(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === "EPIPE" || code === "ECONNRESET" || code === "EOF";
}
