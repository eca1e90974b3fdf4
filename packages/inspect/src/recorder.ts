/**
 * The function that records what tasks do, in this process or in another: there its text is evaluated, by way of
 * the runtime's inspector. So it uses nothing from outside itself, as `readSnapshot` does.
 *
 * **For those who build on it** (`Recorder` below):
 *   `makeRecorder(options)`  begins at once; returns a `Recorder`, or why there is none: `"absent"`, `"incompatible"`
 *   `defineRecorder()`       returns the same function for another process: `(${defineRecorder})()({})` is evaluated
 *                            there, and the recorder kept under a registered symbol of its `globalThis`
 *   `totals()`               the steps, busy time and last step of each task that is not done: cheap, no events read
 *   `recent(task, most)`     the latest events of one task, by its number
 *   `head()`, `read(list, from, count)`  a trace in pieces, as JSON carries it; the same each time once it is stopped
 *   `stop()`                 ends it, and frees all but the data
 *
 * **The ring.** Events are rows in typed arrays, the chunks; the oldest chunk is dropped once the others hold as many
 * events as are kept. Each chunk has a list of the tasks, objects and waits that its rows name by
 * number. So what nothing names any more is dropped with the last chunk that named it, without counting. No chunk
 * refers to an object of the program: a task is a record of ours (`Traced`), a wait is words, made when it begins.
 *
 * **A row** is a few units of 16 bits, since memory that is written for the first time may cost more than all the
 * rest of a step: where this was measured, on a virtual machine, 24 bytes a row took 100 to 150 ns in new memory and
 * 2 ns in memory that was written before. The first four units are there in every row:
 *   what happened, whether there are a waker and a time (`HAS_BY`, `HAS_TIME`), and a count
 *   `WHOM`    it happened to: its position in the list of the chunk
 *   `TIME`    how long a step took, else the time since the last step began; in nanoseconds
 *   `DETAIL`  the position of a wait or text, or an outcome
 * Then follow the position of who did it, a count that is too large, and the time in nanoseconds from the start: of a
 * step that does not begin where the last one ended, and of what the fourth unit has no room for.
 *
 * **Times.** The clock is read once a step: where a step ends, the next one begins, unless `sliceBegins` comes in
 * between, after the loop has handled events. So steps follow each other without a gap and never overlap, their
 * durations add up to the time that they all took, and a long step is never given to its neighbour: each has its own
 * time, to the nanosecond of the clock, and with it what the loop and the recorder did since the last one ended.
 * Rejected: reading the clock at every fourth or eighth step, and spreading the time over those in between. Nothing
 * tells cheaply that time has passed (`Date.now()` costs what `performance.now()` does, 50 ns), so one step of 5 ms
 * among short ones would vanish in them, and that is the step for which a recording is made.
 *
 * **A step** has its row when it begins, and its duration and wait when it ends. It looks nothing up: the record of a
 * task is a property of the task (`TRACED`) while it lives and is recorded. If several recorders go on at once, it is
 * that of the first, and the others look in a map.
 *
 * **Who woke whom** is noted by the numbers of the turns to come (`Wakers`). The waker is the task whose turn it is. A
 * turn that is no task's (the callback of a future, the end of a group's task) passes on the task that let it run, so
 * that the arrow goes from task to task.
 *
 * **What can throw** is code of the program that describes its objects (`toString`, `qsize`), and the clock that the
 * caller gave. It is called by `safely` alone. Nothing else in here does.
 *
 * States of a recorder:
 *   waiting    `unobserve` undefined, not `stopped`: the library is not loaded yet
 *   recording  `unobserve` set; `inTurn` while a turn goes on that it has seen begin
 *   stopped    `stopped`: only the data is left
 */
import type { Trace, TracedGroup, TracedObject, TracedTask, TracedWait, TraceEvent } from "./trace.js";

/** Options of a recorder. */
export interface RecorderOptions {
  /** How many events are kept: the latest. Default: a million. */
  readonly limit?: number;
  /** Returns the time in milliseconds. Default: the real time, whatever tests have put in its place. */
  readonly clock?: () => number;
  /** True to wait for the library, if it is not loaded yet. */
  readonly waits?: boolean;
  /** After this many milliseconds it stops by itself, and calls `expired`: the one who began it has vanished. */
  readonly expires?: number;
  readonly expired?: () => void;
}

/** A trace without its lists, and how long those are. */
export interface TraceHead extends Omit<Trace, TraceList> {
  readonly counts: Readonly<Record<TraceList, number>>;
}

/** The lists of a trace. */
export type TraceList = "tasks" | "groups" | "objects" | "events";

/** The work of a task that is not done, since the recording began. */
export interface TaskTotal {
  /** Its number, as in a snapshot. */
  readonly id: number;
  readonly steps: number;
  /** How long its steps took, in milliseconds. */
  readonly busy: number;
  /** When its last step began, in milliseconds from the start of the recording; null before there was one. */
  readonly last: number | null;
}

export interface Recorder {
  /** Ends the recording. `ended` says why the program ended, if it does. Does nothing the second time. */
  stop(ended?: string): void;
  totals(): TaskTotal[];
  recent(task: number, most: number): TraceEvent[];
  head(): TraceHead;
  /** Returns some of the items of a list of the trace. */
  read<L extends TraceList>(list: L, from: number, count: number): Trace[L];
}

/** Begins to record; else returns why not: no library is loaded, or one of another contract. */
export type MakeRecorder = (options?: RecorderOptions) => Recorder | "absent" | "incompatible";

let make: MakeRecorder | undefined;

/** Begins to record in this process. */
export function makeRecorder(options?: RecorderOptions): ReturnType<MakeRecorder> {
  return (make ??= defineRecorder())(options);
}

/**
 * Returns a function that begins to record. All recorders of a process should be made by one, since V8 optimizes
 * their class once.
 */
export function defineRecorder(): MakeRecorder {
  interface Scheduler {
    readonly closed?: boolean;
    readonly turns: number;
    /** Set if it runs what is ready in another order: under `explore`. */
    readonly order?: unknown;
    readonly ready?: { readonly length: number };
  }
  interface Runnable {
    readonly awaiter?: object;
    /** Of a wait: it resumes the task that is its `awaiter`. */
    readonly describeWait?: () => string;
    /** Of a callback of the program. */
    readonly callback?: unknown;
    /** Of a timer. */
    readonly deadline?: number;
  }
  interface Target {
    /** Of a sleep. */
    readonly delay?: number;
    readonly [member: symbol]: (() => { readonly kind: string; readonly of?: object }) | undefined;
  }
  interface Task extends Target {
    readonly name: string;
    readonly coroutine: unknown;
    readonly scheduler: Scheduler;
    readonly next: Task | undefined;
    readonly origin: { readonly functionName: string; readonly time: number; readonly origins: Group };
    done(): boolean;
    cancelled(): boolean;
    readonly [member: symbol]: (() => never) | undefined;
  }
  interface Marked {
    [traced: symbol]: Traced | undefined;
  }
  interface Group {
    readonly task?: Task;
  }
  interface Wait {
    target(): Target | undefined;
  }
  interface Slot {
    readonly contract: number;
    readonly liveTasks?: { readonly first: Task | undefined };
    readonly stepping?: { readonly awaiter?: object };
    readonly storage?: { getStore(): object | undefined } | null;
    readonly turn?: object;
    readonly running?: Scheduler;
    readonly observe?: (observer: object) => () => void;
    inspected?: { readonly ids: WeakMap<object, number>; last: number };
  }
  /** A task that events name. */
  interface Traced {
    /** The recorder whose record of the task this is. */
    readonly recorder: object;
    readonly id: number;
    readonly sequence: number;
    readonly loop: number;
    readonly maker: number;
    readonly group: TracedGroup | null;
    readonly madeAt: number;
    name: string;
    functionName: string;
    endedAt: number | null;
    outcome: TracedTask["outcome"];
    steps: number;
    busy: number;
    /** When its last step began; -1 before there was one: a field that may be null costs an allocation a step. */
    last: number;
    /** The queue that it waits for. */
    queue: object | undefined;
    /** The number of the latest chunk that names it, and its position there. */
    chunk: number;
    position: number;
  }
  /** A lock, queue or the like that events name. */
  interface Known extends TracedObject {
    chunk: number;
    position: number;
    /** The waits for it, by the name of the method. */
    readonly waits: Map<string, Waited>;
  }
  /** A wait, as it is known while its chunk is filled: the words of it; the task or object; a sleep's time. */
  type Waited = string | number | Traced | { readonly text: string; readonly object: Known };
  interface Chunk {
    readonly number: number;
    /** The rows, one after the other: see "A row". */
    readonly units: Uint16Array;
    /** How many units are written. */
    used: number;
    /** The tasks and objects that its rows name by their positions, of which 0 is nobody. */
    readonly named: (Traced | Known | undefined)[];
    /** The waits and texts that its rows name. */
    readonly waits: Waited[];
    readonly positions: Map<Waited, number>;
    /** The durations that are too long for a row, by its place. */
    readonly durations: Map<number, number>;
    rows: number;
  }

  const READABLE = 1;
  /** How many a millisecond has. */
  const NANOSECONDS = 1e6;
  const UNITS = 1 << 15;
  const LONGEST = 200;
  // What a row tells, in the lowest bits of its first unit.
  const MADE = 0;
  const STEP = 1;
  const WAIT = 2;
  const CANCEL = 3;
  const END = 4;
  const SIZE = 5;
  const KINDS = 7;
  /** It has the unit that tells by whom. */
  const HAS_BY = 8;
  /** It has the units of its time. */
  const HAS_TIME = 16;
  // The bits above are a count: how many were ready, the size of a queue.
  const COUNT_BIT = 5;
  /** Stands for a count that has units of its own. */
  const LARGE = 0xffff >>> COUNT_BIT;
  // Where the units that each row has are, and how many.
  const WHOM = 1;
  const TIME = 2;
  const DETAIL = 3;
  const SHORTEST_ROW = 4;
  const LONGEST_ROW = SHORTEST_ROW + 1 + 2 + 4;
  /** Stands for a duration that is in a map of the chunk. */
  const LONG = 0xffff;
  const OUTCOMES = ["returned", "failed", "cancelled"] as const;
  // Positions in `waits` of a chunk.
  const NOTHING = 0;
  const NEXT = 1;
  const NEXT_ITERATION = "the next iteration of the loop";
  const FIRST_STEP = "its first step";
  const PROMISE = "a native promise";

  const member = (name: string): symbol => Symbol.for(`asyncio-ts.${name}`);
  const WAIT_FACTS = member("waitFacts");
  const HAS_FAILED = member("hasFailed");
  const WAITS = member("waits");
  const TRACED = member("traced");
  const global = globalThis as {
    [symbol: symbol]: unknown;
    readonly performance: { now(): number };
    readonly process?: { readonly pid?: number; readonly versions?: Record<string, string | undefined> };
  };

  const { performance } = global;
  // A spy, or a fake of a test, is a property of the object itself.
  const { now = performance.now } = (Object.getPrototypeOf(performance) ?? {}) as { now?: () => number };
  const realTime = (): number => now.call(performance);

  /** Calls code of the program, which may throw. */
  function safely<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch {
      return otherwise;
    }
  }

  function textOf(read: () => unknown, otherwise: string): string {
    return safely(() => String(read()).slice(0, LONGEST), otherwise);
  }

  /**
   * The wakers of the runnables in the ready queue of a loop, by number: the loop counts the turns that it has begun,
   * and first in is first out. A timer takes a number too, though nobody tells of it.
   */
  class Wakers {
    /** In their place, where the loop has an order of its own. */
    private readonly unordered: Map<Runnable, Traced | undefined> | undefined;
    private ring: (Traced | undefined)[] = Array(16).fill(undefined);
    private mask = 15;

    constructor(isOrdered: boolean) {
      this.unordered = isOrdered ? undefined : new Map();
    }

    /** Notes who lets a runnable run that has just been put into the queue, as the last of those ready. */
    note(runnable: Runnable, turns: number, ready: number, waker: Traced | undefined): void {
      if (this.unordered !== undefined) {
        this.unordered.set(runnable, waker);
        return;
      }
      if (ready > this.mask) this.grow(turns, ready);
      this.ring[(turns + ready) & this.mask] = waker;
    }

    /** Returns the waker of the runnable that begins as the turn of this number. */
    take(runnable: Runnable, turn: number): Traced | undefined {
      if (this.unordered !== undefined) {
        const waker = this.unordered.get(runnable);
        this.unordered.delete(runnable);
        return waker;
      }
      const { ring } = this;
      const at = turn & this.mask;
      const waker = ring[at];
      if (waker !== undefined) ring[at] = undefined;
      return waker;
    }

    private grow(turns: number, ready: number): void {
      const { ring, mask } = this;
      let size = ring.length;
      while (size <= ready) size *= 2;
      this.ring = Array(size).fill(undefined);
      this.mask = size - 1;
      for (let i = turns + 1; i <= turns + mask; i++) this.ring[i & this.mask] = ring[i & mask];
    }
  }

  class TaskRecorder implements Recorder {
    private slot: Slot = { contract: READABLE };
    private unobserve: (() => void) | undefined = undefined;
    private stopped = false;
    private ended: string | null = null;
    private readonly startedAt = Date.now();
    private readonly limit: number;
    private readonly clock: () => number;
    private readonly expires: number;
    private readonly expired: (() => void) | undefined;
    private readonly start: number;
    private duration = 0;
    /** The time when the clock was read last, in nanoseconds from the start, as a whole number. */
    private now = 0;

    /** The tasks that are not done. */
    private readonly live = new Map<object, Traced>();
    private made = 0;
    private readonly wakersOfLoops = new Map<Scheduler, Wakers>();
    /** The latest of them, and its loop. */
    private wakers = new Wakers(true);
    private scheduler: Scheduler | undefined = undefined;
    private objects = new WeakMap<object, Known>();
    private groups = new WeakMap<object, TracedGroup>();
    private readonly counts = new Map<string, number>();
    /** The class of `sleep(0)`, which is the most frequent wait, once there was one. */
    private tick: object | undefined = undefined;

    private readonly chunks: Chunk[] = [];
    private chunk: Chunk;
    /** How many events the chunks have, and how many were dropped. */
    private kept = 0;
    private dropped = 0;
    /** When the last step of the present chunk began, and ended; NaN before there is one. */
    private stepBegan = Number.NaN;
    private stepEnded = Number.NaN;

    // ---- the turn that goes on ----
    private inTurn = false;
    private begun = 0;
    private turnTask: object | undefined = undefined;
    /** The record of the task; undefined if the turn is no task's. */
    private turnOf: Traced | undefined = undefined;
    /** The task by which the code of the turn wakes others. */
    private cause: Traced | undefined = undefined;
    /** The place of the step's row; -1 if the turn has none. */
    private row = -1;
    private rowIn: Chunk;
    private turnWaits = 0;
    /** The first wait that began in the turn; undefined: for the next iteration. */
    private turnWait: Waited | undefined = undefined;

    /** The items of the lists of the trace, once it is stopped. */
    private frozen: ReturnType<TaskRecorder["list"]> | undefined = undefined;

    constructor({ limit = 1_000_000, clock = realTime, expires = Infinity, expired }: RecorderOptions) {
      this.limit = limit;
      this.clock = clock;
      this.expires = expires;
      this.expired = expired;
      this.start = safely(clock, 0);
      this.chunk = this.rowIn = this.addChunk();
    }

    // ---- beginning and end ----

    begin(slot: Slot): void {
      if (this.stopped) return;
      this.slot = slot;
      this.readNow();
      for (let task = slot.liveTasks?.first; task !== undefined; task = task.next) this.addLive(task);
      this.unobserve = (slot.observe as (observer: object) => () => void)(this);
    }

    stop(ended?: string): void {
      if (this.stopped) return;
      if (this.inTurn) this.endTurn(false);
      else this.readNow();
      this.stopped = true;
      this.ended = ended ?? null;
      this.duration = this.now / NANOSECONDS;
      this.unobserve?.();
      this.frozen = this.list();
      for (const [task, traced] of this.live) this.unmark(task, traced);
      this.live.clear();
      this.wakersOfLoops.clear();
      this.scheduler = undefined;
      this.objects = new WeakMap();
      this.groups = new WeakMap();
    }

    /** Adds a task that was made before the recording began, and what it waits for. */
    private addLive(task: Task): void {
      // Its age is in real time, of which a clock of the caller knows nothing.
      const age =
        this.clock === realTime ? Math.max(0, this.start + this.now / NANOSECONDS - task.origin.time) : 0;
      const traced = this.add(task, -age, undefined);
      if (task.coroutine !== undefined) {
        this.writeWait(traced, FIRST_STEP);
        return;
      }
      const inFlight = task[WAITS]?.() as unknown as readonly Wait[];
      for (const wait of inFlight) {
        const target = wait.target();
        this.writeWait(traced, target === undefined ? NEXT_ITERATION : this.describe(target, traced));
      }
      if (inFlight.length === 0 && this.currentTask() !== task) this.writeWait(traced, PROMISE);
    }

    private add(task: Task, madeAt: number, maker: Traced | undefined): Traced {
      const traced: Traced = {
        recorder: this,
        id: this.idOf(task),
        sequence: ++this.made,
        loop: this.idOf(task.scheduler),
        maker: maker?.id ?? 0,
        group: this.groupOf(task),
        madeAt,
        name: "",
        functionName: "",
        endedAt: null,
        outcome: null,
        steps: 0,
        busy: 0,
        last: -1,
        queue: undefined,
        chunk: -1,
        position: 0,
      };
      this.live.set(task, traced);
      if ((task as Marked)[TRACED] === undefined) (task as Marked)[TRACED] = traced;
      return traced;
    }

    private groupOf({ origin: { origins } }: Task): TracedGroup | null {
      const parent = origins.task;
      if (parent === undefined) return null;
      let group = this.groups.get(origins);
      if (group === undefined) {
        this.groups.set(origins, (group = { id: this.idOf(origins), parent: this.idOf(parent) }));
      }
      return group;
    }

    private idOf(object: object): number {
      const inspected = (this.slot.inspected ??= { ids: new WeakMap<object, number>(), last: 0 });
      let id = inspected.ids.get(object);
      if (id === undefined) inspected.ids.set(object, (id = ++inspected.last));
      return id;
    }

    /** Reads the clock. Returns nothing: a number with a fraction that is returned costs an allocation. */
    private readNow(): void {
      try {
        this.now = Math.round((this.clock() - this.start) * NANOSECONDS);
      } catch {
        // It stands still.
      }
    }

    // ---- what the observer is told ----

    sliceBegins(): void {
      if (this.stopped) return;
      this.readNow();
      if (this.now < this.expires * NANOSECONDS) return;
      this.stop();
      this.expired?.();
    }

    scheduled(runnable: Runnable, scheduler: Scheduler): void {
      if (this.stopped) return;
      const wakers = scheduler === this.scheduler ? this.wakers : this.wakersOf(scheduler);
      const { stepping } = this.slot;
      let waker: Traced | undefined;
      if (!this.inTurn) waker = this.current();
      else {
        const awaiter = stepping?.awaiter;
        if (awaiter === undefined || awaiter === this.turnTask) {
          waker = this.cause;
          // A generator suspends for one iteration, which is no wait for anything.
          if (runnable === stepping && this.turnWaits === 0) this.turnWaits = 1;
        } else waker = this.tracedOf(awaiter) ?? this.cause;
      }
      wakers.note(runnable, scheduler.turns, scheduler.ready?.length ?? 1, waker);
    }

    turnBegins(runnable: Runnable): void {
      if (this.stopped) return;
      const scheduler = this.slot.running as Scheduler;
      const wakers = scheduler === this.scheduler ? this.wakers : this.wakersOf(scheduler);
      const waker = wakers.take(runnable, scheduler.turns);
      const ready = scheduler.ready?.length ?? 0;
      this.inTurn = true;
      this.begun = this.now;
      this.cause = waker;
      const { awaiter } = runnable;
      let task: object | undefined;
      let traced: Traced | undefined;
      if (awaiter === undefined) {
        task = runnable;
        traced = this.live.get(task);
      } else if (runnable.describeWait !== undefined) {
        task = awaiter;
        traced = this.tracedOf(task);
      }
      if (traced === undefined) {
        // The library's own turns are no callbacks of the program.
        if (runnable.callback !== undefined) this.beginRow(undefined, waker, ready);
        return;
      }
      this.turnTask = task;
      this.turnOf = this.cause = traced;
      if (traced.queue !== undefined) this.leaveQueue(traced);
      this.beginRow(traced, waker === traced ? undefined : waker, ready);
    }

    turnEnded(): void {
      if (this.inTurn && !this.stopped) this.endTurn(true);
    }

    /** Ends the row of the turn. If the turn is not over, what it will wait for is unknown. */
    private endTurn(isOver: boolean): void {
      const { row, turnOf } = this;
      this.readNow();
      if (row >= 0) {
        const duration = this.now - this.begun;
        const chunk = this.rowIn;
        if (duration >= 0 && duration < LONG) chunk.units[row + TIME] = duration;
        else this.writeLong(chunk, row, duration);
        if (chunk === this.chunk) this.stepEnded = this.now;
        if (turnOf !== undefined) {
          turnOf.busy += duration;
          turnOf.steps++;
          turnOf.last = this.begun;
          if (turnOf.outcome === null) {
            if (this.turnWaits === 0 && isOver) this.noteNative();
            if (this.turnWaits === 1) {
              const { turnWait } = this;
              chunk.units[row + DETAIL] = turnWait === undefined ? NEXT : this.position(chunk, turnWait);
            }
          }
        }
        this.row = -1;
      }
      this.inTurn = false;
      this.turnTask = this.turnOf = this.cause = this.turnWait = undefined;
      this.turnWaits = 0;
    }

    waitBegins(target: Target, awaiter: object | undefined): void {
      if (this.stopped || awaiter === undefined) return;
      const isOwn = awaiter === this.turnTask;
      const traced = isOwn ? this.turnOf : this.tracedOf(awaiter);
      if (traced === undefined) return;
      const waited = target.constructor === this.tick ? undefined : this.describe(target, traced);
      if (isOwn && ++this.turnWaits === 1) {
        this.turnWait = waited;
        return;
      }
      this.readNow();
      if (isOwn && this.turnWaits === 2) this.writeWait(traced, this.turnWait);
      this.writeWait(traced, waited);
    }

    taskMade(task: Task): void {
      if (this.stopped) return;
      const maker = this.inTurn ? this.wakerInTurn() : this.current();
      this.readNow();
      const traced = this.add(task, this.now / NANOSECONDS, maker);
      this.write(MADE, traced, maker, NOTHING);
    }

    cancelRequested(task: object, message: string | undefined): void {
      const traced = this.live.get(task);
      if (this.stopped || traced === undefined) return;
      const by = this.inTurn ? this.wakerInTurn() : this.current();
      this.readNow();
      const chunk = this.roomyChunk();
      const text = message === undefined ? NOTHING : this.position(chunk, message.slice(0, LONGEST));
      this.write(CANCEL, traced, by, text);
    }

    taskEnded(task: Task): void {
      const traced = this.live.get(task);
      if (this.stopped || traced === undefined) return;
      this.live.delete(task);
      this.unmark(task, traced);
      this.readNames(task, traced);
      const outcome = task.cancelled() ? 2 : task[HAS_FAILED]?.() ? 1 : 0;
      traced.outcome = OUTCOMES[outcome];
      this.readNow();
      traced.endedAt = this.now / NANOSECONDS;
      traced.queue = undefined;
      this.write(END, traced, undefined, outcome);
    }

    private unmark(task: object, traced: Traced): void {
      if ((task as Marked)[TRACED] === traced) (task as Marked)[TRACED] = undefined;
    }

    // ---- whose code runs ----

    /** Returns the record of a task. */
    private tracedOf(task: object): Traced | undefined {
      const traced = (task as Marked)[TRACED];
      return traced !== undefined && traced.recorder === this ? traced : this.live.get(task);
    }

    /** The task by which the turn wakes others: its own, or one that began eagerly in it. */
    private wakerInTurn(): Traced | undefined {
      const awaiter = this.slot.stepping?.awaiter;
      if (awaiter === undefined || awaiter === this.turnTask) return this.cause;
      return this.live.get(awaiter) ?? this.cause;
    }

    private current(): Traced | undefined {
      const task = this.currentTask();
      return task === undefined ? undefined : this.live.get(task);
    }

    private currentTask(): object | undefined {
      const { stepping, storage, turn } = this.slot;
      return stepping === undefined ? (storage ? storage.getStore() : turn) : stepping.awaiter;
    }

    private wakersOf(scheduler: Scheduler): Wakers {
      const known = this.wakersOfLoops.get(scheduler);
      this.scheduler = scheduler;
      return (this.wakers = known ?? this.addWakers(scheduler));
    }

    private addWakers(scheduler: Scheduler): Wakers {
      // A program of tests may make thousands of loops while it is recorded.
      for (const known of this.wakersOfLoops.keys())
        if (known.closed === true) this.wakersOfLoops.delete(known);
      const wakers = new Wakers(scheduler.order === undefined);
      this.wakersOfLoops.set(scheduler, wakers);
      return wakers;
    }

    // ---- waits ----

    /** Describes a wait that begins. */
    private describe(target: Target, traced: Traced): Waited {
      const { delay } = target;
      if (typeof delay === "number") return delay;
      const task = this.live.get(target);
      if (task !== undefined) return task;
      const facts = safely(() => target[WAIT_FACTS]?.(), undefined);
      if (facts?.of !== undefined) return this.describeUse(facts.of, facts.kind, traced);
      if (facts !== undefined && facts.kind.includes(".")) return `${facts.kind}()`;
      const text = textOf(() => target, "a future");
      if (text === "<sleep(0)>") {
        this.tick = target.constructor;
        return NEXT_ITERATION;
      }
      return /^<(.*) pending>$/s.exec(text)?.[1] ?? text;
    }

    /** Describes a wait for a lock, queue or the like. */
    private describeUse(of: object, method: string, traced: Traced): Waited {
      let known = this.objects.get(of);
      if (known === undefined) {
        const name = method.split(".", 1)[0] as string;
        const count = (this.counts.get(name) ?? 0) + 1;
        this.counts.set(name, count);
        const id = this.idOf(of);
        known = {
          id,
          kind: name.toLowerCase(),
          name: `${name} ${count}`,
          chunk: -1,
          position: 0,
          waits: new Map(),
        };
        this.objects.set(of, known);
      }
      let waited = known.waits.get(method);
      if (waited === undefined) {
        waited = { text: `${method}()`, object: known };
        known.waits.set(method, waited);
      }
      if (typeof (of as { qsize?: unknown }).qsize === "function") {
        traced.queue = of;
        this.writeSize(of, known);
      }
      return waited;
    }

    private leaveQueue(traced: Traced): void {
      const { queue } = traced;
      traced.queue = undefined;
      const known = this.objects.get(queue as object);
      if (known !== undefined) this.writeSize(queue as object, known);
    }

    /** A step has ended without a wait: if it has no other in flight, a native promise will resume it. */
    private noteNative(): void {
      const inFlight = (this.turnTask as Task)[WAITS]?.() as unknown as readonly Wait[];
      if (inFlight.length > 0) return;
      this.turnWaits = 1;
      this.turnWait = PROMISE;
    }

    // ---- the ring ----

    private addChunk(): Chunk {
      // The one that is dropped gives its memory to the next.
      const first = this.chunks[0];
      const isFull = first !== undefined && this.kept - first.rows >= this.limit;
      const oldest = isFull ? (this.chunks.shift() as Chunk) : undefined;
      if (oldest !== undefined) {
        this.kept -= oldest.rows;
        this.dropped += oldest.rows;
      }
      const chunk: Chunk = {
        number: (this.chunks.at(-1)?.number ?? -1) + 1,
        units: oldest?.units ?? new Uint16Array(UNITS),
        used: 0,
        named: [undefined],
        waits: ["", NEXT_ITERATION],
        positions: new Map(),
        durations: new Map(),
        rows: 0,
      };
      this.chunks.push(chunk);
      this.stepBegan = this.stepEnded = Number.NaN;
      return chunk;
    }

    /** Returns the chunk of the next row. */
    private roomyChunk(): Chunk {
      return this.chunk.used <= UNITS - LONGEST_ROW ? this.chunk : (this.chunk = this.addChunk());
    }

    /** Writes an event of now, or a step that began when the turn did; returns its place in `this.chunk`. */
    private write(
      what: number,
      whom: Traced | Known | undefined,
      by: Traced | undefined,
      detail: number,
      count: number = 0,
    ): number {
      const chunk = this.roomyChunk();
      const { units, used: row, number } = chunk;
      let head = what | ((count < LARGE ? count : LARGE) << COUNT_BIT);
      let end = row + SHORTEST_ROW;
      units[row + WHOM] = whom === undefined ? 0 : whom.chunk === number ? whom.position : this.name(whom);
      units[row + DETAIL] = detail;
      if (by !== undefined) {
        head |= HAS_BY;
        units[end++] = by.chunk === number ? by.position : this.name(by);
      }
      if (count >= LARGE) {
        units[end++] = count;
        units[end++] = count >>> 16;
      }
      if (what === STEP) {
        units[row + TIME] = 0;
        if (this.begun !== this.stepEnded) {
          head |= HAS_TIME;
          end = this.writeTime(units, end, this.begun);
        }
        this.stepBegan = this.begun;
        this.stepEnded = Number.NaN;
      } else {
        const since = this.now - this.stepBegan;
        if (since >= 0 && since <= 0xffff) units[row + TIME] = since;
        else {
          head |= HAS_TIME;
          end = this.writeTime(units, end, this.now);
        }
      }
      units[row] = head;
      chunk.used = end;
      chunk.rows++;
      this.kept++;
      return row;
    }

    private writeTime(units: Uint16Array, at: number, time: number): number {
      const high = Math.floor(time / 2 ** 32);
      units[at] = time;
      units[at + 1] = Math.floor(time / 2 ** 16);
      units[at + 2] = high;
      units[at + 3] = high >> 16;
      return at + 4;
    }

    private writeLong(chunk: Chunk, row: number, duration: number): void {
      chunk.units[row + TIME] = LONG;
      chunk.durations.set(row, duration);
    }

    private beginRow(traced: Traced | undefined, waker: Traced | undefined, ready: number): void {
      this.row = this.write(STEP, traced, waker, NOTHING, ready);
      this.rowIn = this.chunk;
    }

    private writeWait(traced: Traced, waited: Waited | undefined): void {
      const chunk = this.roomyChunk();
      this.write(WAIT, traced, undefined, waited === undefined ? NEXT : this.position(chunk, waited));
    }

    private writeSize(queue: object, known: Known): void {
      const size = safely(() => Number((queue as { qsize(): unknown }).qsize()), 0);
      this.write(SIZE, known, undefined, NOTHING, size > 0 ? Math.floor(size) : 0);
    }

    /** Has the present chunk keep a task or object that it names; returns its position there. */
    private name(traced: Traced | Known): number {
      traced.chunk = this.chunk.number;
      return (traced.position = this.chunk.named.push(traced) - 1);
    }

    /** Returns the position of a wait or text in a chunk, which keeps it. */
    private position(chunk: Chunk, waited: Waited): number {
      if (waited === NEXT_ITERATION) return NEXT;
      let position = chunk.positions.get(waited);
      if (position === undefined) {
        position = chunk.waits.push(waited) - 1;
        chunk.positions.set(waited, position);
      }
      return position;
    }

    // ---- the data ----

    totals(): TaskTotal[] {
      return [...this.live.values()].map(({ id, steps, busy, last }) => ({
        id,
        steps,
        busy: busy / NANOSECONDS,
        last: last < 0 ? null : last / NANOSECONDS,
      }));
    }

    recent(task: number, most: number): TraceEvent[] {
      let found: TraceEvent[] = [];
      for (let i = this.chunks.length - 1; i >= 0 && found.length < most; i--) {
        const chunk = this.chunks[i] as Chunk;
        const isWanted = (position: number): boolean => {
          const named = chunk.named[position];
          return named !== undefined && "sequence" in named && named.id === task;
        };
        const events: TraceEvent[] = [];
        this.readRows(chunk, (_row, whom) => isWanted(whom), events);
        found = events.concat(found);
      }
      return found.slice(-most);
    }

    head(): TraceHead {
      if (!this.stopped) this.readNow();
      const { tasks, groups, objects, count } = this.lists();
      const { pid = null, versions = {} } = global.process ?? {};
      const kind = ["bun", "deno", "node"].find((name) => versions[name] !== undefined);
      return {
        format: 1,
        pid,
        runtime: kind === undefined ? "browser" : `${kind} ${versions[kind]}`,
        startedAt: this.startedAt,
        duration: rounded(this.stopped ? this.duration : this.now / NANOSECONDS),
        dropped: this.written() - count,
        ended: this.ended,
        counts: { tasks: tasks.length, groups: groups.length, objects: objects.length, events: count },
      };
    }

    read<L extends TraceList>(list: L, from: number, count: number): Trace[L] {
      const lists = this.lists();
      if (list !== "events") return lists[list as "tasks"].slice(from, from + count) as unknown as Trace[L];
      const events: TraceEvent[] = [];
      // The place of the first row of a chunk in the list.
      let place = lists.count - this.kept;
      for (const chunk of this.chunks) {
        const begin = from - place;
        if (begin < chunk.rows && begin + count > 0) {
          this.readRows(chunk, (row) => row >= begin && row < begin + count, events);
        }
        place += chunk.rows;
      }
      return events as unknown as Trace[L];
    }

    /** How many events there were. */
    private written(): number {
      return this.dropped + this.kept;
    }

    private lists(): ReturnType<TaskRecorder["list"]> {
      return this.frozen ?? this.list();
    }

    private list(): {
      readonly tasks: TracedTask[];
      readonly groups: TracedGroup[];
      readonly objects: TracedObject[];
      readonly count: number;
    } {
      for (const [task, traced] of this.live) this.readNames(task as Task, traced);
      const traced = new Set<Traced>();
      const objects = new Set<Known>();
      for (const chunk of this.chunks) {
        for (const named of chunk.named) {
          if (named === undefined) continue;
          if ("sequence" in named) traced.add(named);
          else objects.add(named);
        }
        for (const waited of chunk.waits) {
          if (typeof waited !== "object") continue;
          if ("object" in waited) objects.add(waited.object);
          else traced.add(waited);
        }
      }
      for (const task of this.live.values()) traced.add(task);
      const ids = new Set([...traced].map(({ id }) => id));
      const groups = new Set<TracedGroup>();
      for (const { group } of traced) if (group !== null) groups.add(group);
      return {
        tasks: [...traced]
          .sort((a, b) => a.sequence - b.sequence)
          .map((task) => ({
            id: task.id,
            name: task.name,
            function: task.functionName,
            loop: task.loop,
            maker: ids.has(task.maker) ? task.maker : null,
            group: task.group === null ? null : task.group.id,
            madeAt: rounded(task.madeAt),
            endedAt: task.endedAt === null ? null : rounded(task.endedAt),
            outcome: task.outcome,
          })),
        groups: [...groups].map(({ id, parent }) => ({
          id,
          parent: parent !== null && ids.has(parent) ? parent : null,
        })),
        objects: [...objects].map(({ id, kind, name }) => ({ id, kind, name })).sort((a, b) => a.id - b.id),
        count: Math.min(this.limit, this.written()),
      };
    }

    private readNames(task: Task, traced: Traced): void {
      traced.name = textOf(() => task.name, "");
      traced.functionName = task.origin.functionName;
    }

    /** Reads those of a chunk's rows that are wanted, by their numbers and the positions of whom they are about. */
    private readRows(
      chunk: Chunk,
      wants: (row: number, whom: number) => boolean,
      events: TraceEvent[],
    ): void {
      const { units } = chunk;
      let stepBegan = 0;
      let stepEnded = 0;
      for (let row = 0, at = 0; row < chunk.rows; row++) {
        const start = at;
        const unit = (offset: number): number => units[start + offset] as number;
        const head = unit(0);
        const isStep = (head & KINDS) === STEP;
        at += SHORTEST_ROW;
        const by = head & HAS_BY ? (units[at++] as number) : 0;
        let count = head >>> COUNT_BIT;
        if (count === LARGE) {
          count = (units[at] as number) + (units[at + 1] as number) * 2 ** 16;
          at += 2;
        }
        let time = isStep ? stepEnded : stepBegan + unit(TIME);
        if (head & HAS_TIME) {
          time = timeAt(units, at);
          at += 4;
        }
        let duration = 0;
        if (isStep) {
          const goesOn = this.row === start && this.rowIn === chunk;
          if (goesOn) duration = this.now - this.begun;
          else duration = unit(TIME) === LONG ? (chunk.durations.get(start) as number) : unit(TIME);
          stepBegan = time;
          stepEnded = time + duration;
        }
        if (!wants(row, unit(WHOM))) continue;
        events.push(eventOf(chunk, head & KINDS, time, duration, unit(WHOM), by, count, unit(DETAIL)));
      }
    }
  }

  function timeAt(units: Uint16Array, at: number): number {
    const [first, second, third, fourth] = units.subarray(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return first + second * 2 ** 16 + ((third | (fourth << 16)) >> 0) * 2 ** 32;
  }

  function eventOf(
    chunk: Chunk,
    kind: number,
    nanoseconds: number,
    duration: number,
    whomAt: number,
    byAt: number,
    count: number,
    detail: number,
  ): TraceEvent {
    const time = rounded(nanoseconds / NANOSECONDS);
    const whom = chunk.named[whomAt]?.id ?? null;
    const by = chunk.named[byAt]?.id ?? null;
    const task = whom as number;
    switch (kind) {
      case MADE:
        return { kind: "made", time, task };
      case STEP:
        return {
          kind: "step",
          time,
          duration: rounded(duration / NANOSECONDS),
          task: whom,
          wokenBy: by,
          ready: count,
          waitsFor: detail === NOTHING ? null : waitOf(chunk.waits[detail] as Waited),
        };
      case WAIT:
        return { kind: "wait", time, task, waitsFor: waitOf(chunk.waits[detail] as Waited) };
      case CANCEL: {
        const message = detail === NOTHING ? null : (chunk.waits[detail] as string);
        return { kind: "cancel", time, task, by, message };
      }
      case END:
        return { kind: "end", time, task, outcome: OUTCOMES[detail as 0] };
      default:
        return { kind: "size", time, object: task, size: count };
    }
  }

  /** A time in nanoseconds has no digits that mean nothing. */
  function rounded(time: number): number {
    // Not minus 0, which JSON does not know.
    return Math.round(time * 1e6) / 1e6 + 0;
  }

  function waitOf(waited: Waited): TracedWait {
    if (typeof waited === "number") return { kind: "timer", text: `sleep(${waited})` };
    if (typeof waited === "string") {
      const isStep = waited === NEXT_ITERATION || waited === FIRST_STEP;
      return { kind: isStep ? "step" : waited === PROMISE ? "promise" : "future", text: waited };
    }
    if (!("object" in waited)) return { kind: "task", text: `Task '${waited.name}'`, task: waited.id };
    const { object, text } = waited;
    return { kind: object.kind, text, object: object.id };
  }

  return (options = {}) => {
    const slot = global[member("slot")] as Slot | undefined;
    if (slot !== undefined && slot.contract !== READABLE) return "incompatible";
    if (slot?.observe === undefined && options.waits !== true) return "absent";
    const recorder = new TaskRecorder(options);
    if (slot?.observe !== undefined) recorder.begin(slot);
    else {
      const begin = (): void => recorder.begin(global[member("slot")] as Slot);
      ((global[member("observable")] ??= []) as (() => void)[]).push(begin);
    }
    return recorder;
  };
}
