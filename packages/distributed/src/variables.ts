/**
 * Context variables that go with jobs: those that were made with `{ transfer: true }`, by name.
 *
 * The executor asks `slot.transferred` for their values, as a pool does. A worker with a pool passes them on when it
 * submits the job there (`submittedWith`). In a worker whose jobs are tasks, the variables of the module register
 * when they are made, and each task sets them in a context of its own (`Receivers`); in a worker of a pool,
 * `Received` of `@asyncio-ts/executor` does that, under the same key of the global symbol registry.
 */
import { slot } from "@asyncio-ts/future/internal";

/** The names and values of variables. */
export type SentVariables = readonly (readonly [name: string, value: unknown])[];

type Call = () => unknown;
type Around = (sent: unknown, functionName: string, call: Call) => unknown;

const key = Symbol.for("asyncio-ts.received");
const globals = globalThis as { [key]?: Pick<Receivers, "add"> };

/** Returns the values that go with a job that is submitted here; undefined if there are none. */
export function variablesToSend(): SentVariables | undefined {
  return slot.transferred?.();
}

/** Calls `submit`, which submits a job to a pool, and has these values go with it. */
export function submittedWith<T>(variables: SentVariables | undefined, submit: () => T): T {
  const { transferred } = slot;
  slot.transferred = () => variables;
  try {
    return submit();
  } finally {
    slot.transferred = transferred;
  }
}

/** The variables of this process that take values which came with jobs. */
export class Receivers {
  private readonly receivers: Map<string, ((value: unknown) => void)[]> = new Map();
  private readonly around: Map<Around, string> = new Map();

  /** Returns those of this process. Variables that were made before its first call take no values. */
  static ofProcess(): Receivers {
    const { [key]: there } = globals;
    if (there instanceof Receivers) return there;
    const made = new Receivers();
    globals[key] = made;
    return made;
  }

  /** Called by a variable: calls `receive` with the value of that name, in each job that brings one. */
  add(name: string, receive: (value: unknown) => void): void {
    const receivers = this.receivers.get(name);
    if (receivers === undefined) this.receivers.set(name, [receive]);
    else receivers.push(receive);
  }

  /**
   * Has the function of each job called by `around`, which gets what was sent under that name, until the function
   * that this returns is called. For those who look at a program.
   */
  surround(name: string, around: Around): () => void {
    this.around.set(around, name);
    return () => void this.around.delete(around);
  }

  /** Sets the variables in the running task, and calls the function of its job. */
  call(functionName: string, sent: SentVariables, call: Call): unknown {
    for (const [name, value] of sent) {
      for (const receive of this.receivers.get(name) ?? []) receive(value);
    }
    const values = new Map(sent);
    for (const [around, name] of this.around) {
      const inner = call;
      call = () => around(values.get(name), functionName, inner);
    }
    return call();
  }
}
