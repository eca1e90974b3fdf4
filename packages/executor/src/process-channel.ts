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

/** Living children, and those among them that keep this process alive. */
const children = new Set<ChildProcess>();
const held = new Set<ChildProcess>();

/** Kills busy children: unlike an idle child, a busy one does not notice that its parent has exited. */
function killHeld(): void {
  for (const child of held) child.kill("SIGKILL");
}

/** Connection to a child process. */
export class ProcessChannel implements Channel {
  readonly kind = "process";
  readonly check: CloneCheck = processCloneCheck;
  private readonly child: ChildProcess;
  /** True once the child was asked to exit or killed. */
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
      // Messages that the worker sent before it exited may arrive after its "exit" event.
      if (how === undefined || child.connected || !children.delete(child)) return;
      held.delete(child);
      descendants.end();
      if (pid !== undefined) shared.child?.(pid, false);
      if (children.size === 0) process.off("exit", killHeld);
      if (loss === undefined && died !== undefined) how = describeDeath(died);
      const told: WorkerEnd = { how: loss ?? how, error: died, bySignal };
      if (!this.leaving) events.ended(told);
      // A caller that waits for the end should find no open handle; the runtime closes them at the end of an
      // iteration.
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
      // If there is no process, no other event follows.
      if (child.pid !== undefined) return;
      how = "could not be started";
      if (child.connected) child.disconnect();
      end();
    });
  }

  send(message: ToWorker): void {
    // If the channel is closed, "disconnect" has been or will be emitted.
    this.child.send(enclose(message), ignore);
  }

  hold(): void {
    held.add(this.child);
    this.child.ref();
    // Bun has no such method; there only the process is held.
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
