/**
 * Following signals: aborting a controller with the first of several signals. `AbortSignal.any` makes such a
 * signal too, but on Node 20 each source keeps an entry for every signal that was made of it. The signal of a
 * task is such a source: a task that makes requests all its life would keep an entry for each.
 *
 * A source has one `Source` while it has followers, and that is its only listener, since Node 20 warns of more
 * than ten. A follower holds the controller only weakly. It ends:
 *   - when the function that `followSignals` returns is called: nothing is left that could be aborted
 *   - when one of its sources is aborted
 *   - when its controller has been collected. So what can still be aborted must hold the controller
 */

/** Ends the followers of controllers that nothing can abort any more. */
const collected = new FinalizationRegistry<Follower>((follower) => follower.end());
const sources = new WeakMap<AbortSignal, Source>();

/**
 * Aborts the controller when one of the signals is aborted, with the same reason; at once if one is already.
 * Returns what ends this.
 */
export function followSignals(controller: AbortController, signals: readonly AbortSignal[]): () => void {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) {
    controller.abort(aborted.reason);
    return () => {};
  }
  const follower = new Follower(controller, signals);
  return () => follower.end();
}

class Follower {
  private readonly controller: WeakRef<AbortController>;
  private readonly sources: readonly Source[];

  constructor(controller: AbortController, signals: readonly AbortSignal[]) {
    this.controller = new WeakRef(controller);
    this.sources = signals.map(sourceOf);
    for (const source of this.sources) source.add(this);
    collected.register(controller, this, this);
  }

  abort(reason: unknown): void {
    this.end();
    this.controller.deref()?.abort(reason);
  }

  end(): void {
    for (const source of this.sources) source.delete(this);
    collected.unregister(this);
  }
}

function sourceOf(signal: AbortSignal): Source {
  let source = sources.get(signal);
  if (source === undefined) {
    source = new Source(signal);
    sources.set(signal, source);
  }
  return source;
}

/** The followers of a signal. It listens while it has any. */
class Source {
  private readonly followers: Set<Follower> = new Set();
  private readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  add(follower: Follower): void {
    if (this.followers.size === 0) this.signal.addEventListener("abort", this.abort);
    this.followers.add(follower);
  }

  delete(follower: Follower): void {
    this.followers.delete(follower);
    if (this.followers.size === 0) this.signal.removeEventListener("abort", this.abort);
  }

  private readonly abort = (): void => {
    for (const follower of this.followers) follower.abort(this.signal.reason);
  };
}
