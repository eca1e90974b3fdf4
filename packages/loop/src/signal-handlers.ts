/**
 * SignalHandlers: the handlers of a loop for the signals of the process. A signal has at most two, of which
 * the first is called:
 *   own       the program's, set by `addSignalHandler`
 *   default   that of the run that goes on in the loop, which cancels the program
 * So a program that handles a signal replaces what `run()` would do, as in Python. The loop listens for a
 * signal as long as that has a handler.
 */
import { captureContext } from "@asyncio-ts/future/lowlevel";
import type { Host } from "./host.js";

interface Handlers {
  own: (() => void) | undefined;
  byDefault: (() => void) | undefined;
  readonly stopListening: () => void;
}

export class SignalHandlers {
  private readonly host: Host;
  private readonly handlers: Map<string, Handlers> = new Map();

  constructor(host: Host) {
    this.host = host;
  }

  /**
   * Calls `handler` for each such signal, in the context of this call, in place of the one that was set
   * before.
   *
   * @throws TypeError if there is no such signal.
   */
  set(signal: string, handler: () => void): void {
    const context = captureContext();
    this.listenFor(signal).own = context === undefined ? handler : () => context.runInAsyncScope(handler);
  }

  /** Removes the handler that was set; returns false if there is none. */
  remove(signal: string): boolean {
    const handlers = this.handlers.get(signal);
    if (handlers?.own === undefined) return false;
    handlers.own = undefined;
    this.letGo(signal, handlers);
    return true;
  }

  /**
   * Calls `handler` for each such signal for which no handler is set. Returns the function that ends this.
   *
   * @throws TypeError if there is no such signal.
   */
  setDefault(signal: string, handler: () => void): () => void {
    const handlers = this.listenFor(signal);
    handlers.byDefault = handler;
    return () => {
      if (handlers.byDefault !== handler) return;
      handlers.byDefault = undefined;
      this.letGo(signal, handlers);
    };
  }

  /** Tells whether a signal could wake the program: one for which a handler is set. */
  get hasSet(): boolean {
    for (const { own } of this.handlers.values()) if (own !== undefined) return true;
    return false;
  }

  clear(): void {
    for (const handlers of this.handlers.values()) handlers.stopListening();
    this.handlers.clear();
  }

  private listenFor(signal: string): Handlers {
    let handlers = this.handlers.get(signal);
    if (handlers === undefined) {
      const stopListening = this.host.onSignal(signal, () => {
        const { own, byDefault } = handlers as Handlers;
        (own ?? byDefault)?.();
      });
      handlers = { own: undefined, byDefault: undefined, stopListening };
      this.handlers.set(signal, handlers);
    }
    return handlers;
  }

  private letGo(signal: string, handlers: Handlers): void {
    if (handlers.own !== undefined || handlers.byDefault !== undefined) return;
    handlers.stopListening();
    this.handlers.delete(signal);
  }
}
