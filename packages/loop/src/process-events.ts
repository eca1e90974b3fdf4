/**
 * Listeners for events of the process that all loops share: one for each event, however many loops wait for
 * it, since Node warns of more than ten. It is on the process exactly as long as it has callbacks, so that a
 * signal that no loop waits for has its default effect again.
 *
 * The callbacks that an event finds are called in the order in which they were added.
 */
import { runOutside } from "@asyncio-ts/future/lowlevel";

/** The part of Node's `process` that this needs. */
export interface EventSource {
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

class SharedListener {
  readonly callbacks: Set<{ readonly call: () => void }> = new Set();
  readonly listener = (): void => {
    const found = [...this.callbacks];
    for (const callback of found) callback.call();
  };
}

const listeners: WeakMap<EventSource, Map<string, SharedListener>> = new WeakMap();

/**
 * Calls `call` for each such event. Returns the function that ends this.
 *
 * @throws what `source.on` throws.
 */
export function onProcessEvent(source: EventSource, event: string, call: () => void): () => void {
  const ofSource = listeners.get(source) ?? new Map<string, SharedListener>();
  listeners.set(source, ofSource);
  const shared = ofSource.get(event) ?? new SharedListener();
  // Outside: Node calls a listener in the context of this call, and keeps that context alive.
  if (shared.callbacks.size === 0) runOutside(() => source.on(event, shared.listener));
  ofSource.set(event, shared);
  const callback = { call };
  shared.callbacks.add(callback);
  return () => {
    if (!shared.callbacks.delete(callback) || shared.callbacks.size > 0) return;
    ofSource.delete(event);
    source.off(event, shared.listener);
  };
}

/** Takes the listeners for signals off the process. Returns the function that puts them back. */
export function takeSignalListenersOff(source: EventSource): () => void {
  const ofSource = listeners.get(source) ?? new Map<string, SharedListener>();
  const taken = [...ofSource].filter(([event]) => event.startsWith("SIG"));
  for (const [event, { listener }] of taken) source.off(event, listener);
  return () => {
    for (const [event, shared] of taken) {
      if (ofSource.get(event) === shared) runOutside(() => source.on(event, shared.listener));
    }
  };
}

/** Returns how many listeners for an event are on the process for loops: 0 or 1. */
export function sharedListeners(source: EventSource, event: string): number {
  return listeners.get(source)?.has(event) === true ? 1 : 0;
}
