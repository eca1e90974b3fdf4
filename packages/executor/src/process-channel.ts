import { type ChildProcess, fork, type ForkOptions } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  type Channel,
  type ChannelEvents,
  describeDeath,
  describeLoss,
  GRACE,
  type WorkerEnd,
} from "./channel.js";
import { type CloneCheck, processCloneCheck } from "./clone.js";
import { Descendants } from "./descendants.js";
import { entryUrl } from "./entry-url.js";
import { enclose, open } from "./envelope.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { unpack } from "./packed.js";
import { shared } from "./shared.js";

/** The children that live, and those of them that are held. */
const children = new Set<ChildProcess>();
const held = new Set<ChildProcess>();

/** An idle child exits when it loses its parent. One that computes would not notice. */
function killHeld(): void {
  for (const child of held) child.kill("SIGKILL");
}

/** The way to a child process. */
export class ProcessChannel implements Channel {
  readonly kind = "process";
  readonly check: CloneCheck = processCloneCheck;
  private readonly child: ChildProcess;
  /** Whether it was told to end. */
  private leaving = false;
  private killing = false;

  constructor(module: string, options: ForkOptions, events: ChannelEvents) {
    // The structured clone; the default is JSON. See envelope.ts.
    this.child = fork(fileURLToPath(entryUrl), [module], { ...options, serialization: "advanced" });
    const { child } = this;
    if (children.size === 0) process.on("exit", killHeld);
    children.add(child);
    held.add(child);
    const { pid } = child;
    if (pid !== undefined) shared.child?.(pid, true);
    const descendants = new Descendants();
    let died: unknown;
    let how: string | undefined;
    let loss: string | undefined;
    let bySignal = false;
    const end = (): void => {
      // What the worker sent before it ended may arrive later than the news of its end.
      if (how === undefined || child.connected || !children.delete(child)) return;
      held.delete(child);
      descendants.end();
      if (pid !== undefined) shared.child?.(pid, false);
      if (children.size === 0) process.off("exit", killHeld);
      if (loss === undefined && died !== undefined) how = describeDeath(died);
      const told: WorkerEnd = { how: loss ?? how, error: died, bySignal };
      if (!this.leaving) events.ended(told);
      // Who waits for the end should find no handle left; they are closed when an iteration of the runtime is over.
      else setImmediate(() => setImmediate(() => events.ended(told)));
    };
    child.on("message", (received) => {
      let message: FromWorker | null;
      try {
        message = open(received) as FromWorker | null;
      } catch (error) {
        died = error;
        loss = describeLoss(error);
        this.kill();
        return;
      }
      if (message?.type === "uncaught") died = unpack(message.error);
      else if (message?.type === "child") descendants.note(message.pid, message.alive);
      else events.received(message);
    });
    child.on("disconnect", end);
    child.on("exit", (code, signal) => {
      bySignal = signal !== null;
      how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
      end();
    });
    child.on("error", (error) => {
      died = error;
      // Without a process there will be no other event.
      if (child.pid !== undefined) return;
      how = "could not be started";
      if (child.connected) child.disconnect();
      end();
    });
  }

  send(message: ToWorker): void {
    // If the channel is closed, "disconnect" has come or will.
    this.child.send(enclose(message), ignore);
  }

  hold(): void {
    held.add(this.child);
    this.child.ref();
    // Bun has no such method; there the process is all that is held.
    this.child.channel?.ref?.();
  }

  release(): void {
    held.delete(this.child);
    this.child.unref();
    this.child.channel?.unref?.();
  }

  close(): void {
    this.leaving = true;
    this.send({ type: "close" });
    const timer = setTimeout(() => this.kill(), GRACE);
    this.child.on("exit", () => clearTimeout(timer));
  }

  kill(): void {
    if (this.killing) return;
    this.leaving = true;
    this.killing = true;
    this.child.kill();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), GRACE);
    this.child.on("exit", () => clearTimeout(timer));
  }
}

function ignore(): void {}
