/**
 * Hosts: all that differs between runtimes, behind one small interface.
 *
 * A loop does not block. It asks its host to call it back at the right moment, and there are only three such
 * moments: once the microtasks of a turn have drained, once I/O has had its chance, and once a deadline has
 * come.
 */
import { type contract, realTime, slot } from "@asyncio-ts/future/internal";
import { onProcessEvent } from "./process-events.js";
import { type LookedAt, topLevelWatch, type TopLevelWatch } from "./top-level.js";

/** The runtime that a loop lives in, as the loop needs it. */
export interface Host {
  /** Monotonic time, in milliseconds. */
  now(): number;
  /** Calls back once the microtask queue has drained, before the runtime does anything else if it can. */
  afterMicrotasks(callback: () => void): void;
  /**
   * Drains the microtask queue at once, where the runtime has a way to do that. In a microtask it drains
   * nothing. It throws what a `nextTick` callback of somebody else threw, and is not done then.
   */
  readonly drainMicrotasks?: (() => void) | undefined;
  /** Calls back after the runtime has had the chance to handle I/O and its own timers. */
  afterEvents(callback: () => void): void;
  /**
   * Calls back once `now()` has come to `deadline`; with undefined, never: the loop has nothing to wait for
   * but what comes from outside. Returns what ends the wait early.
   */
  wait(deadline: number | undefined, callback: () => void): () => void;
  /**
   * Calls back after that many milliseconds of `now()`, if the runtime still lives then. Holds nothing open,
   * and is nothing that a loop could wait for. Without it, errors are reported when they are collected.
   */
  later?(delay: number, callback: () => void): void;
  /**
   * Calls back when nothing is left in the runtime that could wake a loop: the process is about to exit.
   * `certain` is false where this can only be told if no task waits for something outside the loop. Returns
   * what takes the callback off.
   */
  whenExhausted(callback: (certain: boolean) => void): () => void;
  /** Calls back when the process exits, for whatever reason; what it does must be synchronous. */
  whenExiting(callback: () => void): void;
  /**
   * Calls back for each such signal of the process; throws if there is none of that name, or no process can
   * handle it. Returns what takes it off.
   */
  onSignal(signal: string, callback: () => void): () => void;
}

interface NodeProcess extends LookedAt {
  nextTick(callback: () => void): void;
  /** Drains the queues of microtasks and `nextTick`. Undocumented: see `NodeHost`. */
  _tickCallback?: () => void;
  getBuiltinModule?(name: "node:os"): { readonly constants: { readonly signals: object } } | undefined;
}

interface Globals {
  readonly process?: Partial<NodeProcess>;
  setImmediate?(callback: () => void): unknown;
}

interface DispatchedEvent {
  stopImmediatePropagation(): void;
}

/** The part of a browser's MessagePort that the host uses. */
interface Port {
  addEventListener(event: "message", listener: (event: DispatchedEvent) => void): void;
  start(): void;
  postMessage(message: undefined): void;
}

/** The listeners for one message of a browser: see `Messages`. More of them brought no gain. */
const LISTENERS = 64;

/** setTimeout takes its delay as a signed 32-bit number; a longer wait is made in parts. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const settled = Promise.resolve();

abstract class TimeoutHost implements Host {
  /**
   * One timeout serves many waits: a loop begins and ends one for each request that a server gets, mostly for
   * a deadline that is seconds away. One that is set for an earlier time is kept; when it comes, it is set
   * anew for the wait there is then, and between the waits it holds nothing open.
   */
  private timer: contract.Timer | undefined = undefined;
  private timerDeadline = 0;
  private deadline = 0;
  private waiting: (() => void) | undefined = undefined;
  private readonly time: contract.RealTime;
  readonly now: () => number;

  constructor(time: contract.RealTime) {
    this.time = time;
    this.now = time.now;
  }

  abstract afterMicrotasks(callback: () => void): void;
  abstract readonly afterEvents: (callback: () => void) => void;

  wait(deadline: number | undefined, callback: () => void): () => void {
    if (deadline === undefined) return () => {};
    this.waiting = callback;
    this.deadline = deadline;
    if (this.timer !== undefined && this.timerDeadline <= deadline) this.timer.ref?.();
    else this.setTimer();
    return this.endWait;
  }

  private readonly endWait = (): void => {
    this.waiting = undefined;
    this.timer?.unref?.();
  };

  private setTimer(): void {
    if (this.timer !== undefined) this.time.clearTimeout(this.timer);
    const delay = this.deadline - this.now();
    this.timerDeadline = this.deadline;
    // Rounded up: one that fires early is only set again.
    this.timer = this.time.setTimeout(
      this.timeIsUp,
      Math.min(Math.max(Math.ceil(delay), 0), LONGEST_TIMEOUT),
    );
  }

  private readonly timeIsUp = (): void => {
    const { waiting } = this;
    this.timer = undefined;
    if (waiting === undefined) return;
    if (this.now() < this.deadline) {
      this.setTimer();
      return;
    }
    this.waiting = undefined;
    waiting();
  };

  later(delay: number, callback: () => void): void {
    this.time.setTimeout(callback, Math.max(Math.ceil(delay), 0)).unref?.();
  }

  whenExhausted(_callback: (certain: boolean) => void): () => void {
    return () => {};
  }

  whenExiting(_callback: () => void): void {}

  onSignal(_signal: string, _callback: () => void): () => void {
    return () => {};
  }
}

/**
 * Node, Deno and Bun: `process.nextTick` called from a microtask runs once that queue has drained.
 *
 * Node also has a function that drains both queues, `_tickCallback`. It is what makes turns cheap: a turn that
 * resumes an async function costs one call in place of a promise and a tick. Measured on a bare loop, 425 ns
 * become 254 on Node 20, and 251 become 129 on Node 24. It is undocumented, so the loop checks in every slice
 * that it does what it should, and without it takes the tick. Deno does not have it, and Bun's does nothing.
 */
class NodeHost extends TimeoutHost {
  private readonly process: NodeProcess;
  readonly drainMicrotasks: (() => void) | undefined;
  private readonly nextTick: (callback: () => void) => void;
  readonly afterEvents: (callback: () => void) => unknown;
  private readonly kept: WeakMap<() => void, () => void> = new WeakMap();
  private readonly topLevel: TopLevelWatch | undefined;
  /** The callbacks of `whenExhausted`, where not only `beforeExit` calls them. */
  private readonly exhausted: Set<{ readonly call: () => void }> = new Set();

  constructor(
    time: contract.RealTime,
    process: NodeProcess,
    setImmediate: (callback: () => void) => unknown,
  ) {
    super(time);
    this.process = process;
    this.nextTick = time.nextTick ?? process.nextTick;
    this.afterEvents = setImmediate;
    // oxlint-disable-next-line eslint/no-underscore-dangle -- Node calls it so
    const drain = process._tickCallback;
    this.drainMicrotasks = isDeprecated(drain) ? undefined : drain;
    this.topLevel = topLevelWatch(process, () => {
      const found = [...this.exhausted];
      for (const callback of found) callback.call();
    });
  }

  override wait(deadline: number | undefined, callback: () => void): () => void {
    if (deadline === undefined && this.topLevel !== undefined && this.exhausted.size > 0) {
      return this.topLevel.begin();
    }
    return super.wait(deadline, callback);
  }

  afterMicrotasks(callback: () => void): void {
    // A loop calls this for nearly every turn, and with few callbacks: their closures are kept.
    let inMicrotask = this.kept.get(callback);
    if (inMicrotask === undefined) {
      inMicrotask = () => this.nextTick(callback);
      this.kept.set(callback, inMicrotask);
    }
    void settled.then(inMicrotask);
  }

  override whenExhausted(callback: (certain: boolean) => void): () => void {
    const waiting = { call: (): void => callback(true) };
    this.exhausted.add(waiting);
    const end = onProcessEvent(this.process, "beforeExit", waiting.call);
    return () => {
      this.exhausted.delete(waiting);
      end();
    };
  }

  override whenExiting(callback: () => void): void {
    this.process.on("exit", callback);
  }

  override onSignal(signal: string, callback: () => void): () => void {
    if (signal === "SIGKILL" || signal === "SIGSTOP") {
      throw new TypeError(`no process can handle ${signal}; write, for instance, "SIGTERM"`);
    }
    // Node would take any name, and listen for an event that never comes.
    const signals = this.process.getBuiltinModule?.("node:os")?.constants.signals;
    if (signals !== undefined && !Object.hasOwn(signals, signal)) {
      throw new TypeError(`there is no signal ${JSON.stringify(signal)}; write, for instance, "SIGINT"`);
    }
    return onProcessEvent(this.process, signal, callback);
  }
}

/**
 * Tells whether a call would warn, or throw, that the function is deprecated: the prototype of what Node's
 * `util.deprecate` makes is the function itself, which has a name. Under `--pending-deprecation` Node does
 * that with `_tickCallback` (DEP0134), and `--throw-deprecation` would then end every program.
 */
function isDeprecated(fn: (() => void) | undefined): boolean {
  return fn !== undefined && (Object.getPrototypeOf(fn) as () => void).name !== "";
}

/**
 * The messages of browsers and workers. A browser drains the microtask queue whenever no function is on the
 * stack any more: at the end of a task, and also after each listener of an event that it dispatches. So one
 * message to oneself has many listeners, and each serves one callback. When a listener is called, the
 * microtasks of the callback before it have drained, and no other task of the browser has come in between.
 * Measured in Chromium: a step of an async function 8 to 25 µs, with a message for each, became 1 to 4 µs.
 *
 * States:
 *   idle     `serving` is false: a callback needs a message
 *   serving  `serving` is true: a listener, or the microtasks after it, run. The next listener serves the first
 *            callback in `next`; if there is none, it ends the dispatch
 *
 * - The last listener of a dispatch serves nothing, and leaves what is in `next` to further messages. So each
 *   callback has a listener behind it, and its turn has ended before the page's own handlers run.
 * - This is not relied on. If the microtasks have not drained when the second listener is called (Node's
 *   MessageChannel, or a replacement), each callback gets a message of its own. The other listeners are added
 *   once they have.
 * - One channel serves all hosts: a browser may keep a channel with listeners for ever.
 */
class Messages {
  private readonly channel = new MessageChannel() as unknown as Record<"port1" | "port2", Port>;
  /** Callbacks that wait for a message each. */
  private readonly later: (() => void)[] = [];
  /** Callbacks for the next listeners of this dispatch. */
  private readonly next: (() => void)[] = [];
  private serving = false;
  private drained = false;
  private listeners = 2;
  /** The number of listeners of this dispatch that have not been called yet. */
  private left = 0;

  constructor() {
    const { port1 } = this.channel;
    port1.addEventListener("message", () => this.begin());
    port1.addEventListener("message", (event) => this.goOn(event));
    port1.start();
  }

  /** Calls back in a task of its own. */
  afterEvents(callback: () => void): void {
    this.later.push(callback);
    this.channel.port2.postMessage(undefined);
  }

  afterMicrotasks(callback: () => void): void {
    if (this.serving) this.next.push(callback);
    else this.afterEvents(callback);
  }

  private begin(): void {
    this.left = this.listeners - 1;
    this.drained = false;
    this.serving = true;
    void settled.then(this.noteDrained);
    this.later.shift()?.();
  }

  private readonly noteDrained = (): void => {
    this.drained = true;
  };

  private goOn(event: DispatchedEvent): void {
    const callback = --this.left > 0 && this.drained ? this.next.shift() : undefined;
    if (callback !== undefined) {
      callback();
      return;
    }
    event.stopImmediatePropagation();
    this.serving = false;
    // If they have not drained, the microtasks of the turn are still to run.
    if (this.drained) {
      slot.turn = undefined;
      this.addListeners();
    }
    for (const callback of this.next.splice(0)) this.afterEvents(callback);
  }

  /** Adds the other listeners, for the messages after this one. */
  private addListeners(): void {
    for (; this.listeners < LISTENERS; this.listeners++) {
      this.channel.port1.addEventListener("message", (event) => this.goOn(event));
    }
  }
}

let messages: Messages | undefined;

/** Browsers and workers. */
class MessageHost extends TimeoutHost {
  private readonly messages = (messages ??= new Messages());

  afterMicrotasks(callback: () => void): void {
    this.messages.afterMicrotasks(callback);
  }

  readonly afterEvents = (callback: () => void): void => this.messages.afterEvents(callback);

  /** Calls back in a message: after a timer the page's own handlers could run before the turn's end is noted. */
  override wait(deadline: number | undefined, callback: () => void): () => void {
    if (deadline === undefined) return () => {};
    let waiting = true;
    const end = super.wait(deadline, () =>
      this.afterEvents(() => {
        if (waiting) callback();
      }),
    );
    return () => {
      waiting = false;
      end();
    };
  }
}

/** The host for the runtime that this code runs in, on the runtime's own time if no other is given. */
export function detectHost(time: contract.RealTime = realTime): Host {
  const { process, setImmediate } = globalThis as Globals;
  if (process?.nextTick !== undefined && setImmediate !== undefined) {
    return new NodeHost(time, process as NodeProcess, time.setImmediate ?? setImmediate);
  }
  return new MessageHost(time);
}
