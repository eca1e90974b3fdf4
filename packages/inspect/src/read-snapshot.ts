/**
 * The function that reads a snapshot, in this process or in another: there its text is evaluated, by way of
 * the runtime's inspector. So it uses nothing from outside itself, and finds the objects of the library by the
 * slot that all packages share, and by the symbols of their contract (`slot.ts` of the package future).
 *
 * It changes nothing that a program could see. Its only trace is the numbers of tasks, which are in a WeakMap
 * in the slot, so that a task has the same number in the next snapshot.
 */
import type { LoopSnapshot, Snapshot, TaskSnapshot, WaitSnapshot } from "./snapshot.js";

/** Returns a snapshot; else why there is none: no library is loaded, or one of another contract. */
export function readSnapshot(): Snapshot | "absent" | "incompatible" {
  interface Awaited {
    done?(): boolean;
    awaitedBy?(): Iterable<Awaited>;
  }
  interface Target extends Awaited {
    readonly [member: symbol]: undefined | (() => { readonly kind: string });
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
    inspected?: { readonly ids: WeakMap<object, number>; last: number };
  }
  const READABLE = 1;
  const member = (name: string): symbol => Symbol.for(`asyncio-ts.${name}`);
  const global = globalThis as {
    readonly [slot: symbol]: unknown;
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

  /** The name of the function stands in the title, after that of the task: `Task 'poll' (fetchPage)`. */
  const functionOf = (task: Task): string => {
    const title = String(task[member("title")]?.());
    return title.slice(`Task '${task.name}' (`.length, -1);
  };

  const readWait = (wait: Wait): WaitSnapshot => {
    const target = wait.target();
    const text = wait.describeWait();
    if (target === undefined) return { kind: "step", text };
    if (live.has(target)) return { kind: "task", text, task: idOf(target) };
    const facts = target[member("waitFacts")]?.();
    if (facts === undefined) return { kind: "future", text };
    // The class of the method that waits: `lock` of `Lock.acquire`.
    const kind = facts.kind.split(".", 1)[0] as string;
    const read: Record<string, string | number> = {};
    for (const [fact, value] of Object.entries(facts)) {
      if (typeof value === "number") read[fact] = Math.max(0, value);
      else if (value !== undefined) read[fact] = String(value);
    }
    return { ...read, kind: kind.toLowerCase(), text };
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
    const isReady = isScheduled || inFlight.some((wait) => wait.target()?.done?.() ?? true);
    const waits: WaitSnapshot[] = isRunning ? [] : inFlight.map(readWait);
    if (isScheduled) waits.push({ kind: "step", text: "its first step" });
    if (waits.length === 0 && !isRunning) waits.push({ kind: "promise", text: "a native promise" });
    return {
      id: idOf(task),
      name: task.name,
      function: functionOf(task),
      loop: idOf(task.scheduler),
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
  return { format: 1, pid, runtime, loops, tasks: tasks.map(readTask), stack };
}
