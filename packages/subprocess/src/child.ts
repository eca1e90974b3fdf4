/**
 * Child: a process that was started here, from its start until nothing of it is left.
 *
 * States, of the process and the group that it leads (see group.ts):
 *   running   `returncode` is null
 *   left      it has ended, and members of its group have not, or not been seen to have
 *   gone      `isGone`: the group has no members. Its number may be another's from here on, so no signal is
 *             ever sent again
 * and of its end, which `end()` begins, `kill()` hurries, and nothing takes back:
 *   free      it ends by itself
 *   asked     `ending` is set: the group got SIGTERM, and `killTimer` is set
 *   killed    `isKilled`: the group got SIGKILL
 * `ending` resolves when the process is gone. Then its pipes are closed, since nobody reads them any more.
 *
 * Where there is no group (Windows, `startNewSession: false`), the process counts for it, and is gone once it
 * has ended.
 *
 * The loop ends a child that is not gone (`Shutdown.toEnd`). So it does one whose pipes are open, which it only
 * closes. Nothing tells when the last member of a group has ended. So a group that is left is looked at, more
 * and more seldom.
 *
 * All times are real ones, also in a virtual loop: the process lives outside it.
 */
import { realTime } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import type { ChildProcess } from "node:child_process";
import { isGroupAlive, signalGroup } from "./group.js";
import { signalNumber } from "./runtime.js";
import { forget, remember } from "./survivors.js";

type Timer = ReturnType<typeof realTime.setTimeout>;

/** The milliseconds until the first look at a group that is left; each time is twice as long, up to the last. */
const FIRST_LOOK = 1;
const LAST_LOOK = 1000;
/** The last one for a group that is being ended. */
const LAST_LOOK_AT_ENDING = 50;
/** The longest delay of a runtime's timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

export class Child {
  readonly pid: number;
  returncode: number | null = null;
  /** Called once, when `returncode` is known. */
  whenExited: (returncode: number) => void = () => {};
  readonly target: number;
  private readonly process: ChildProcess;
  private readonly leadsGroup: boolean;
  private readonly killAfter: number;
  private readonly toEnd = partsOf(getRunningLoop()).shutdown.toEnd;
  private isGone = false;
  private isClosed = false;
  private isKilled = false;
  private ending: Promise<void> | undefined = undefined;
  private resolveEnding: () => void = () => {};
  private killTimer: Timer | undefined = undefined;
  private lookTimer: Timer | undefined = undefined;

  /** @param process a process that was started, so that it has a number */
  constructor(process: ChildProcess, leadsGroup: boolean, killAfter: number) {
    this.process = process;
    this.pid = process.pid as number;
    this.target = leadsGroup ? -this.pid : this.pid;
    this.leadsGroup = leadsGroup;
    this.killAfter = killAfter;
    this.toEnd.add(this);
    remember(this);
    process.on("exit", (code, signal) => this.exited(code, signal));
    process.on("close", () => this.closed());
    // A signal that could not be sent: whoever sends one hears of it from `process.kill`.
    process.on("error", () => {});
  }

  /**
   * Asks the process and its descendants to end, and kills them after `killAfter`; resolves once they have
   * ended, and the pipes are closed.
   */
  end(): Promise<void> {
    if (this.ending !== undefined) return this.ending;
    if (this.isGone) {
      this.closePipes();
      return (this.ending = Promise.resolve());
    }
    this.ending = new Promise((resolve) => (this.resolveEnding = resolve));
    this.signalAll("SIGTERM");
    if (this.killAfter <= LONGEST) {
      this.killTimer = realTime.setTimeout(() => this.killAll(), this.killAfter);
    }
    if (this.returncode !== null) this.look(FIRST_LOOK);
    return this.ending;
  }

  /** Kills the process and its descendants, now that the program is about to end. */
  kill(): void {
    this.killAll();
    forget(this);
  }

  /** Sends a signal to the process alone. */
  send(signal: number): void {
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has ended just now, and its event is on the way.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private killAll(): void {
    this.isKilled = true;
    this.signalAll("SIGKILL");
  }

  private signalAll(signal: NodeJS.Signals): void {
    if (this.isGone || (this.leadsGroup && signalGroup(this.pid, signal)) || this.returncode !== null) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has ended, or belongs to another user.
    }
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.returncode = signal === null ? (code ?? 0) : -(signalNumber(signal) ?? 0);
    this.look(FIRST_LOOK);
    this.whenExited(this.returncode);
  }

  private closed(): void {
    this.isClosed = true;
    if (this.isGone) this.toEnd.delete(this);
  }

  /** Looks whether members of the group are left; if so, looks again. */
  private look(delay: number): void {
    if (this.lookTimer !== undefined) realTime.clearTimeout(this.lookTimer);
    const isEnding = this.ending !== undefined;
    // Zombies matter only to somebody who waits.
    const isLeft = this.leadsGroup && (isEnding ? isGroupAlive(this.pid) : signalGroup(this.pid, 0));
    if (!isLeft) {
      this.gone();
      return;
    }
    if (this.isKilled) this.signalAll("SIGKILL");
    const next = Math.min(2 * delay, isEnding ? LAST_LOOK_AT_ENDING : LAST_LOOK);
    this.lookTimer = realTime.setTimeout(() => this.look(next), delay);
    if (!isEnding) this.lookTimer.unref?.();
  }

  private gone(): void {
    this.isGone = true;
    if (this.killTimer !== undefined) realTime.clearTimeout(this.killTimer);
    forget(this);
    if (this.ending !== undefined) this.closePipes();
    else if (this.isClosed) this.toEnd.delete(this);
    this.resolveEnding();
  }

  private closePipes(): void {
    for (const pipe of this.process.stdio) pipe?.destroy();
    this.toEnd.delete(this);
  }
}
