/**
 * Actors: who takes the turns of a run. A task is one actor in all of its steps; so is each callback, each
 * timer, and each event from outside.
 *
 * Runs of one program in different orders must know their actors again: to tell whether an order was seen,
 * and to give them names. The order of creation differs, so an actor is known by where it was made: `path` is
 * the path of its maker, and how many that had made before. An actor that nobody made in a turn comes from
 * the world outside, which is a maker too.
 */
import { hasBrand } from "@asyncio-ts/future/lowlevel";
import type { Runnable } from "@asyncio-ts/future/lowlevel";

/** The members of a task that the explorer uses. They have the names that the package of tasks gives them. */
const waitsFor: unique symbol = Symbol.for("asyncio-ts.waitsFor");
const waitsNatively: unique symbol = Symbol.for("asyncio-ts.waitsNatively");
const title: unique symbol = Symbol.for("asyncio-ts.title");
const taskBrand: unique symbol = Symbol.for("asyncio-ts.Task");

/** A task, as the explorer sees it. */
export interface ExploredTask {
  readonly name: string;
  done(): boolean;
  cancel(message?: string): boolean;
  cancelling(): number;
  [waitsFor](): string[];
  [waitsNatively](): boolean;
  [title](): string;
}

export interface Actor {
  /** Where it was made; equal in all runs of a deterministic program. */
  readonly path: string;
  /** The number in the order in which the actors of this run appeared. */
  readonly number: number;
  readonly task: ExploredTask | undefined;
  /** The name for people. */
  readonly name: string;
  /** How many actors it has made. */
  made: number;
}

const outsider = (): Actor => ({ path: "", number: -1, task: undefined, name: "outside", made: 0 });

/** The actors of one run, in the order in which they appeared; the first task is the program's main one. */
export class Actors {
  readonly tasks: Actor[] = [];
  readonly outside: Actor = outsider();
  private readonly known = new Map<object, Actor>();
  private readonly names = new Map<string, number>();
  private readonly ownNames = new Map<string, string>();

  /** Returns how many there are. */
  get size(): number {
    return this.known.size;
  }

  /** Returns the actor that a runnable belongs to; `maker` has made it if it is a new one. */
  of(runnable: Runnable, maker: Actor | undefined, kind: string): Actor {
    const key = runnable.awaiter ?? runnable;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { path, made } = maker ?? this.outside;
    (maker ?? this.outside).made++;
    const task = hasBrand(key, taskBrand) ? (key as unknown as ExploredTask) : undefined;
    const actor: Actor = {
      path: `${path}.${made}`,
      number: task === undefined ? -1 : this.tasks.length,
      task,
      name: this.unique(task === undefined ? namedAfter(maker, kind) : this.nameOfTask(task)),
      made: 0,
    };
    if (task !== undefined) {
      this.tasks.push(actor);
      this.ownNames.set(task.name, actor.name);
    }
    this.known.set(key, actor);
    return actor;
  }

  /** Returns what a task waits for, in the names of this run. */
  waitsOf(task: ExploredTask): string {
    return this.renamed(task[waitsFor]().join(" and "));
  }

  /** Returns a text with the names of tasks of this run in place of their own ones, which count on. */
  renamed(text: string): string {
    return text.replaceAll(/Task '([^']*)'( \([^)]*\))?/g, (whole, name: string) => {
      const known = this.ownNames.get(name);
      return known === undefined ? whole : `Task '${known}'`;
    });
  }

  private nameOfTask(task: ExploredTask): string {
    if (this.tasks.length === 0) return "main";
    if (!/^Task-\d+$/.test(task.name)) return task.name;
    return /\(([^)]*)\)$/.exec(task[title]())?.[1] ?? "task";
  }

  private unique(name: string): string {
    const before = this.names.get(name) ?? 0;
    this.names.set(name, before + 1);
    return before === 0 ? name : `${name}#${before + 1}`;
  }
}

function namedAfter(maker: Actor | undefined, kind: string): string {
  return maker?.task === undefined ? kind : `${kind} of ${maker.name}`;
}

/** Tells whether a task waits for the clock, or for the next iteration, and for nothing else. */
export function sleeps(task: ExploredTask): boolean {
  return task[waitsFor]().every(
    (wait) => wait.startsWith("<sleep(") || wait === "the next iteration of the loop",
  );
}

/** Returns for how many things a task waits. */
export function waitsOf(task: ExploredTask): number {
  return task[waitsFor]().length;
}

/** Tells whether a task waits for a native promise, whose end the explorer can't choose. */
export function waitsForPromise(task: ExploredTask): boolean {
  return task[waitsNatively]();
}
