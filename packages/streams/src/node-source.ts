/**
 * NodeSource: a stream of Node (a socket, a pipe of a child process, a file) as the source of an inflow.
 *
 * It flows from the beginning, so that bytes are there when a read asks for them, until the inflow pauses it.
 * A stream that closes before its end has ended: that is how a connection is lost without an error.
 */
import { bytesOf, notBytes } from "./chunk-bytes.js";
import type { Inflow, Source } from "./inflow.js";

/** The part of Node's `Readable` that is needed. No type of Node, so that programs compile without those. */
export interface NodeReadable {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  once(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
  readonly closed: boolean;
  readonly errored: Error | null;
  readonly readableEnded: boolean;
}

export class NodeSource implements Source {
  private readonly readable: NodeReadable;
  private readonly inflow: Inflow;
  private paused = false;

  constructor(readable: NodeReadable, inflow: Inflow) {
    this.readable = readable;
    this.inflow = inflow;
    inflow.source = this;
    readable.on("error", this.failed);
    if (readable.errored) this.failed(readable.errored);
    if (readable.readableEnded || readable.closed) {
      this.ended();
      return;
    }
    readable.on("end", this.ended);
    readable.on("close", this.ended);
    readable.on("data", this.arrived);
  }

  pause(): void {
    this.paused = true;
    this.readable.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.readable.resume();
  }

  async close(): Promise<void> {
    const { readable } = this;
    if (readable.closed) return;
    await new Promise<void>((resolve) => {
      readable.once("close", () => resolve());
      readable.destroy();
    });
  }

  /** Leaves the stream to somebody else; what it still brings is not for this inflow. */
  detach(): void {
    const { readable } = this;
    readable.off("data", this.arrived);
    readable.off("end", this.ended);
    readable.off("close", this.ended);
    readable.off("error", this.failed);
    readable.pause();
  }

  private readonly arrived = (chunk: unknown): void => {
    // Node resumes the pipes of a process that has ended, and others may still write to those.
    if (this.paused) this.readable.pause();
    const bytes = bytesOf(chunk);
    if (bytes !== undefined) this.inflow.feed(bytes);
    else {
      this.inflow.fail(notBytes(chunk));
      this.readable.destroy();
    }
  };

  private readonly ended = (): void => {
    if (!this.inflow.ended) this.inflow.end();
  };

  private readonly failed = (error: unknown): void => {
    // A writer over the same stream has heard of it before, and has put it in words.
    if (this.inflow.error === undefined) this.inflow.fail(error);
  };
}
