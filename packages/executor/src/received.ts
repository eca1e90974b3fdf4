/**
 * Received: context variables in a worker.
 *
 * A job runs in a copy of the worker's context, with the values that came with it for variables of those names.
 * Values that it sets are forgotten when it ends. A worker has one job at a time, so the copy may take the place of what
 * `@asyncio-ts/future` has for the process; code that a job leaves behind sees the values of the next one.
 *
 * The module of the worker may have several copies of `@asyncio-ts/contextvars`, or none, and the worker must
 * not load one for its sake. So each variable that receives values registers under a key of the global symbol
 * registry, and the slot is looked up by its key.
 *
 * Who looks at the program may enter a context around each job (`surround`).
 *
 * States: idle (`before` undefined), in a job.
 */
import type { contract, variables as membersKey } from "@asyncio-ts/future/internal";

type Values = contract.Values;

/** The names and values of variables, as a message has them. */
export type SentVariables = readonly (readonly [name: string, value: unknown])[];

const slotKey = Symbol.for("asyncio-ts.slot");
const receivedKey = Symbol.for("asyncio-ts.received");
const variables: typeof membersKey = Symbol.for("asyncio-ts.variables") as typeof membersKey;

const globals = globalThis as {
  [slotKey]?: { readonly variables?: contract.Home };
  [receivedKey]?: Received;
};

type Call = () => unknown;
type Around = (functionName: string, call: Call) => unknown;

export class Received {
  private readonly receivers: Map<string, ((value: unknown) => void)[]> = new Map();
  private sent: ReadonlyMap<string, unknown> = new Map();
  private readonly around: Set<Around> = new Set();
  /** The values of the process before the job. */
  private before: Values | undefined = undefined;

  constructor() {
    globals[receivedKey] = this;
  }

  /** Called by a variable: calls `receive` with the value of that name, for this job and each later one. */
  add(name: string, receive: (value: unknown) => void): void {
    const receivers = this.receivers.get(name);
    if (receivers === undefined) this.receivers.set(name, [receive]);
    else receivers.push(receive);
    if (this.sent.has(name)) receive(this.sent.get(name));
  }

  /** A job begins, with these values. */
  begin(sent: SentVariables = []): void {
    const held = globals[slotKey]?.variables?.[variables];
    this.before = held === undefined ? [] : Array.isArray(held) ? held : (held as contract.Cell).values;
    this.restore(this.before);
    this.sent = new Map(sent);
    for (const [name, value] of this.sent) {
      for (const receive of this.receivers.get(name) ?? []) receive(value);
    }
  }

  /**
   * Has the function of each job called by `around`, which gets what was sent under that name, until the
   * function that this returns is called. For those who look at a program.
   */
  surround(name: string, around: (sent: unknown, functionName: string, call: Call) => unknown): () => void {
    const entry: Around = (functionName, call) => around(this.sent.get(name), functionName, call);
    this.around.add(entry);
    return () => void this.around.delete(entry);
  }

  /** Calls the function of the job that has begun. */
  call(functionName: string, call: Call): unknown {
    for (const entry of this.around) {
      const inner = call;
      call = () => entry(functionName, inner);
    }
    return call();
  }

  /** The job has ended. */
  end(): void {
    this.restore(this.before ?? []);
    this.before = undefined;
    this.sent = new Map();
  }

  private restore(values: Values): void {
    const home = globals[slotKey]?.variables;
    if (home !== undefined) home[variables] = values;
  }
}
