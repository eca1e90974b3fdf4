import type { ChildProcess, ForkOptions } from "node:child_process";
import { type Channel, type ChannelEvents, GRACE } from "./channel.js";
import { type CloneCheck, processCloneCheck } from "./clone.js";
import { entryUrl } from "./entry-url.js";
import { enclose, open } from "./envelope.js";
import type { FromWorker, ToWorker } from "./messages.js";
import { builtin, isDeno } from "./runtime.js";
import { shared } from "./shared.js";

/** Living children, and those among them that keep this process alive. */
const children = new Set<ChildProcess>();
const held = new Set<ChildProcess>();
/** The milliseconds that the last messages of a child may take after it has exited. */
const LAST_MESSAGES = 10 * GRACE;

/** Kills busy children: unlike an idle child, a busy one does not notice that its parent has exited. */
function killHeld(): void {
  for (const child of held) killNow(child);
}

/** Connection to a child process. */
export class ProcessChannel implements Channel {
  readonly kind = "process";
  readonly check: CloneCheck = processCloneCheck;
  private readonly child: ChildProcess;
  private killing = false;

  constructor(module: string, options: ForkOptions, events: ChannelEvents) {
    const { fork } = builtin("node:child_process");
    const { fileURLToPath } = builtin("node:url");
    // The structured clone; the default is JSON. See envelope.ts.
    this.child = fork(fileURLToPath(entryUrl), [module], { ...options, serialization: "advanced" });
    const { child } = this;
    if (children.size === 0) process.on("exit", killHeld);
    children.add(child);
    held.add(child);
    const { pid } = child;
    if (pid !== undefined) shared.child?.(pid, true);
    let how: string | undefined;
    let bySignal = false;
    const end = (): void => {
      // Messages that the worker sent before it exited may arrive after its "exit" event.
      if (how === undefined || child.connected || !children.delete(child)) return;
      held.delete(child);
      if (pid !== undefined) shared.child?.(pid, false);
      if (children.size === 0) process.off("exit", killHeld);
      events.ended(how, bySignal);
    };
    child.on("message", (received) => {
      let message: FromWorker | null;
      try {
        message = open(received) as FromWorker | null;
      } catch (error) {
        events.lost(error);
        return;
      }
      events.received(message);
    });
    child.on("disconnect", end);
    child.on("exit", (code, signal) => {
      bySignal = signal !== null;
      how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
      end();
      if (isDeno && child.connected) setTimeout(disconnect, bySignal ? GRACE : LAST_MESSAGES, child);
    });
    child.on("error", (error) => {
      events.failed(error);
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

  kill(): void {
    if (this.killing) return;
    this.killing = true;
    this.child.kill();
    const timer = setTimeout(() => killNow(this.child), GRACE);
    this.child.on("exit", () => clearTimeout(timer));
  }
}

/**
 * Closes the channel of a child that has exited. Deno leaves it open if the child was killed while it started;
 * after a child that has exited by itself, its last messages may be long in coming on a busy machine.
 */
function disconnect(child: ChildProcess): void {
  // What has arrived is read first.
  setImmediate(() => {
    if (child.connected) child.disconnect();
  });
}

/** Ends a child that has not exited yet, even if it ignores SIGTERM. */
function killNow(child: ChildProcess): void {
  // Deno refuses a second signal by this method, and returns false.
  if (child.kill("SIGKILL") || child.pid === undefined) return;
  try {
    process.kill(child.pid, "SIGKILL");
  } catch {
    // It is exiting.
  }
}

function ignore(): void {}
