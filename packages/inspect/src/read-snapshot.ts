/**
 * The function that reads a snapshot, in this process or in another: there its text is evaluated, by way of
 * the runtime's inspector. So it uses nothing from outside itself, and finds the objects of the library by the
 * slot that all packages share, and by the symbols of their contract (`slot.ts` of the package future).
 *
 * Code of the program that describes its objects (`toString`, a getter, a Proxy) may throw: `safely` calls it, and
 * the snapshot says so in its place. Kinds are named by the library, since bundlers rename classes.
 *
 * It changes nothing that a program could see. Its only trace is the numbers of tasks, which are in a WeakMap
 * in the slot, so that a task has the same number in the next snapshot.
 */
import type {
  GroupSnapshot,
  LoopSnapshot,
  MakerSnapshot,
  QueueSnapshot,
  Snapshot,
  TaskSnapshot,
  WaitSnapshot,
} from "./snapshot.js";

/** Returns a snapshot; else why there is none: no library is loaded, or one of another contract. */
export function readSnapshot(): Snapshot | "absent" | "incompatible" {
  interface Awaited {
    done?(): boolean;
    awaitedBy?(): Iterable<Awaited>;
  }
  interface Target extends Awaited {
    readonly [member: symbol]: undefined | (() => Facts);
  }
  interface Facts {
    readonly kind: string;
    readonly [fact: string]: unknown;
  }
  interface Group {
    readonly task?: Task;
  }
  interface Wait {
    target(): Target | undefined;
    describeWait(): string;
  }
  interface Scheduler {
    readonly turns: number;
  }
  interface Task extends Awaited {
    readonly name: string;
    readonly coroutine: unknown;
    readonly origin: {
      readonly functionName: string;
      readonly maker: string | number | undefined;
      readonly time: number;
      readonly origins: Group;
    };
    readonly scheduler: Scheduler;
    readonly next: Task | undefined;
    cancelling(): number;
    awaitedBy(): Iterable<Awaited>;
    [member: symbol]: () => unknown;
  }
  interface Slot {
    readonly contract: number;
    readonly liveTasks?: { readonly first: Task | undefined };
    readonly stepping?: { readonly awaiter: unknown };
    readonly storage?: { getStore(): unknown } | null;
    readonly turn?: unknown;
    readonly running?: Scheduler;
    readonly queues?: readonly WeakRef<object>[];
    inspected?: { readonly ids: WeakMap<object, number>; last: number };
  }
  const READABLE = 1;
  /** How many characters a name or text has at most: thousands of tasks may name the same one. */
  const LONGEST = 200;
  const member = (name: string): symbol => Symbol.for(`asyncio-ts.${name}`);
  const global = globalThis as {
    readonly [slot: symbol]: unknown;
    readonly performance?: { now(): number };
    readonly process?: { readonly pid?: number; readonly versions?: Record<string, string | undefined> };
  };

  /** Returns the lines of the code that this call has interrupted, innermost first. */
  function readStack(): string[] {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 50;
    const stack = String(new Error("stack").stack);
    Error.stackTraceLimit = stackTraceLimit;
    // The first lines are the message, and this function where it is evaluated.
    const lines = stack.split("\n").map((line) => line.trim());
    return lines.slice(1).filter((line) => !line.includes("<anonymous>:"));
  }

  const slot = global[member("slot")] as Slot | undefined;
  if (slot === undefined) return "absent";
  if (slot.contract !== READABLE) return "incompatible";
  const stack = readStack();
  const inspected = (slot.inspected ??= { ids: new WeakMap<object, number>(), last: 0 });
  const idOf = (object: object): number => {
    let id = inspected.ids.get(object);
    if (id === undefined) inspected.ids.set(object, (id = ++inspected.last));
    return id;
  };

  const tasks: Task[] = [];
  for (let task = slot.liveTasks?.first; task !== undefined; task = task.next) tasks.push(task);
  const live = new Set<object>(tasks);
  const { stepping, storage, turn } = slot;
  const current = stepping === undefined ? (storage ? storage.getStore() : turn) : stepping.awaiter;

  const THREW = "<toString() threw>";
  const safely = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch {
      return otherwise;
    }
  };
  const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);
  const textOf = (value: unknown): string => safely(() => cut(String(value)), THREW);
  const now = global.performance?.now() ?? 0;

  const byName = new Map<string, Task | undefined>();
  for (const task of tasks) byName.set(task.name, byName.has(task.name) ? undefined : task);
  const readMaker = ({ maker }: Task["origin"]): MakerSnapshot | null => {
    if (maker === undefined) return null;
    const name = typeof maker === "number" ? `Task-${maker}` : maker;
    const task = byName.get(name);
    return { name: cut(name), id: task === undefined ? null : idOf(task) };
  };

  const groups = new Map<object, GroupSnapshot>();
  const readGroup = (group: Group): number | null => {
    const { task } = group;
    if (task === undefined) return null; // outside all groups
    const id = idOf(group);
    if (!groups.has(group)) {
      groups.set(group, { id, parent: live.has(task) ? idOf(task) : null, text: textOf(group) });
    }
    return id;
  };

  /** Reads facts that the library tells: numbers and texts, objects by their numbers. */
  const readFacts = (facts: Facts): Record<string, string | number> => {
    const read: Record<string, string | number> = {};
    for (const [fact, value] of Object.entries(facts)) {
      if (fact === "of") {
        if (value === undefined) continue;
        read["of"] = textOf(value);
        read["object"] = idOf(value as object);
      } else if (fact === "holder") {
        const holder = value as object | undefined;
        if (holder !== undefined && live.has(holder)) read[fact] = idOf(holder);
      } else if (typeof value === "number") read[fact] = Number.isFinite(value) ? Math.max(0, value) : 0;
      else if (typeof value === "object" && value !== null) read[fact] = idOf(value);
      else if (value !== undefined) read[fact] = textOf(value);
    }
    return read;
  };

  const factsOf = (object: Target): Facts | undefined =>
    safely(() => object[member("waitFacts")]?.(), undefined);

  /** The texts of the tasks that others wait for: thousands may wait for one, whose name is long. */
  const texts = new Map<object, string>();
  const readWait = (wait: Wait): WaitSnapshot => {
    const target = wait.target();
    const known = target === undefined ? undefined : texts.get(target);
    const text = known ?? safely(() => cut(wait.describeWait()), THREW);
    if (target === undefined) return { kind: "step", text };
    if (live.has(target)) {
      texts.set(target, text);
      return { kind: "task", text, task: idOf(target) };
    }
    const facts = factsOf(target);
    if (facts === undefined) return { kind: "future", text };
    // A primitive of another package names its method: `gate` of `Gate.pass`.
    const kind = (facts.kind.split(".", 1)[0] as string).toLowerCase();
    if (kind === "queue" && typeof facts["of"] === "object") queues.add(facts["of"] as object);
    return { ...safely(() => readFacts(facts), {}), kind, text };
  };

  /** The queues that tasks wait for, and those that the library has listed. */
  const queues = new Set<object>();

  const readQueues = (): QueueSnapshot[] => {
    const read: QueueSnapshot[] = [];
    for (const ref of slot.queues ?? []) {
      const queue = ref.deref();
      if (queue !== undefined) queues.add(queue);
    }
    for (const queue of queues) {
      const facts = factsOf(queue as Target);
      if (facts === undefined) continue;
      const { size, maxsize } = readFacts(facts) as { size: number; maxsize: number };
      read.push({ id: idOf(queue), size, maxsize, text: textOf(queue) });
    }
    return read;
  };

  /** Returns the tasks that wait for a task, over futures such as that of `gather`. */
  const awaitersOf = (task: Task): number[] => {
    const ids = new Set<number>();
    const seen = new Set<Awaited>([task]);
    const open: Awaited[] = [task];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const awaiter of next.awaitedBy?.() ?? []) {
        if (live.has(awaiter)) {
          if (awaiter !== task) ids.add(idOf(awaiter));
        } else if (!seen.has(awaiter)) {
          seen.add(awaiter);
          open.push(awaiter);
        }
      }
    }
    return [...ids];
  };

  const readTask = (task: Task): TaskSnapshot => {
    const isScheduled = task.coroutine !== undefined;
    const inFlight = task[member("waits")]?.() as Wait[];
    const isRunning = task === current && (slot.running !== undefined || stack.length > 0);
    const isReady =
      isScheduled || inFlight.some((wait) => safely(() => wait.target()?.done?.() ?? true, false));
    const waits: WaitSnapshot[] = isRunning ? [] : inFlight.map(readWait);
    if (isScheduled) waits.push({ kind: "step", text: "its first step" });
    if (waits.length === 0 && !isRunning) waits.push({ kind: "promise", text: "a native promise" });
    return {
      id: idOf(task),
      name: cut(task.name),
      function: cut(task.origin.functionName),
      loop: idOf(task.scheduler),
      group: readGroup(task.origin.origins),
      madeBy: readMaker(task.origin),
      age: Math.max(0, now - task.origin.time),
      state: isRunning ? "running" : isReady ? "ready" : "waiting",
      cancelling: task.cancelling(),
      waitsFor: waits,
      awaitedBy: awaitersOf(task),
    };
  };

  const schedulers = new Set(tasks.map(({ scheduler }) => scheduler));
  if (slot.running !== undefined) schedulers.add(slot.running);
  const loops = [...schedulers].map((scheduler): LoopSnapshot => ({
    id: idOf(scheduler),
    running: scheduler === slot.running,
    turns: scheduler.turns,
  }));
  const { pid = null, versions = {} } = global.process ?? {};
  const kind = ["bun", "deno", "node"].find((name) => versions[name] !== undefined);
  const runtime = kind === undefined ? "browser" : `${kind} ${versions[kind]}`;
  const read = tasks.map(readTask);
  return {
    format: 1,
    pid,
    runtime,
    loops,
    tasks: read,
    groups: [...groups.values()],
    queues: readQueues(),
    stack,
  };
}
