/**
 * Outgoing calls: the worker's side of `call()`.
 *
 * States of a call:
 *   pending  it is in `pending`, and the pool was sent it
 *   settled  the pool has answered, or the signal of the call was aborted; a later answer finds no call
 *   left     the job has ended without waiting for it: its promise stays pending for ever
 * A call that is left is not rejected: nobody may be waiting for its promise, and an unhandled rejection would
 * end the worker, with the next job in it.
 *
 * The numbers of calls are never used again in one worker, so an answer that crosses the end of its job
 * settles no call of the next one.
 */
import type { FromWorker, ToWorker } from "./messages.js";
import { unpack } from "./packed.js";

type Answer = Extract<ToWorker, { readonly type: "answer" | "refusal" }>;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly abort: () => void;
}

/** The brand by which the package of futures, which the worker need not load, recognizes a cancellation. */
const cancelledBrand = Symbol.for("asyncio-ts.CancelledError");

export class OutgoingCalls {
  private readonly pending: Map<number, PendingCall> = new Map();
  private readonly send: (message: FromWorker) => void;
  private lastId = 0;

  /** @param send sends a message to the pool, and throws a TypeError if it can't be cloned */
  constructor(send: (message: FromWorker) => void) {
    this.send = send;
  }

  /** Calls a service. The promise rejects with the service's error, or with the reason of the signal. */
  call(name: string, args: readonly unknown[], signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = ++this.lastId;
      this.send({ type: "call", id, name, args });
      const abort = (): void => {
        this.pending.delete(id);
        const reason: unknown = signal?.reason;
        reject(reason);
        this.send({ type: "cancel", id, message: reason instanceof Error ? reason.message : undefined });
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.pending.set(id, { resolve, reject, signal, abort });
    });
  }

  answered(answer: Answer): void {
    const call = this.pending.get(answer.id);
    if (call === undefined) return;
    this.pending.delete(answer.id);
    call.signal?.removeEventListener("abort", call.abort);
    if (answer.type === "answer") call.resolve(answer.value);
    else call.reject(errorIn(answer));
  }

  /** Forgets the calls that the job has left. The pool cancels them. */
  jobEnded(): void {
    if (this.pending.size === 0) return;
    for (const { signal, abort } of this.pending.values()) signal?.removeEventListener("abort", abort);
    this.pending.clear();
  }
}

function errorIn({ error, isCancelled }: Answer & { type: "refusal" }): unknown {
  const thrown = unpack(error);
  if (isCancelled) Object.defineProperty(thrown, cancelledBrand, { value: true });
  return thrown;
}
