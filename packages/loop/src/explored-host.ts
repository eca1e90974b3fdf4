/**
 * ExploredHost: the host of an explored loop, which says when there is nothing to do.
 *
 * **Exhausted.** A virtual loop has to be patient there, since it can't know who waits outside. Here the
 * runtime's list of what is active is compared with that at the start of the run, so the timers of a test
 * runner count for nothing. If nothing was added, tasks that wait only for this library are told at once, or
 * each run into a deadlock would take seconds. A little time is given to those that wait for native promises,
 * and where timers are active, of which only the number is known.
 */
import { ActiveResources, whenQuiet } from "./outside.js";
import { VirtualHost } from "./virtual-host.js";

/** An explored loop, as its host sees it. */
export interface Waiting {
  /** True if there is nothing at all that could run some time. */
  readonly isEmpty: boolean;
  /** True if the program took too many turns. */
  readonly isOver: boolean;
  /** Set once the runtime has handled its events. */
  polled: boolean;
  /** Hears that nothing is left that could wake the program. */
  exhausted(): void;
}

export class ExploredHost extends VirtualHost {
  private readonly explored: Waiting;
  private readonly atFirst = new ActiveResources();
  /** Begins the present wait anew. */
  private rewait: (() => void) | undefined = undefined;

  constructor(explored: Waiting, patience: number) {
    super(patience);
    this.explored = explored;
  }

  /** Is called when there is something else to wait for. */
  changed(): void {
    this.rewait?.();
  }

  override wait(_deadline: number | undefined, callback: () => void): () => void {
    let end = (): void => {};
    const begin = (): void => {
      end();
      end = this.explored.isEmpty ? this.untilTold() : this.untilPolled(callback);
    };
    begin();
    this.rewait = begin;
    return () => {
      this.rewait = undefined;
      end();
    };
  }

  protected override tellExhausted(certain: boolean): void {
    this.explored.exhausted();
    super.tellExhausted(certain);
  }

  private untilPolled(callback: () => void): () => void {
    return this.afterEventsUnless(() => {
      this.explored.polled = true;
      this.rewait = undefined;
      callback();
    });
  }

  private untilTold(): () => void {
    let end = this.afterEventsUnless(() => {
      if (this.explored.isOver) this.tellExhausted(true);
      else if (this.atFirst.areAll()) tell();
      else end = whenQuiet(this.patience, tell, this.atFirst);
    });
    const tell = (): void => {
      end = whenQuiet(this.patience, () => this.tellExhausted(true), this.atFirst);
      // May end the wait.
      this.tellExhausted(false);
    };
    return () => end();
  }

  private afterEventsUnless(callback: () => void): () => void {
    let waiting = true;
    this.real.afterEvents(() => {
      if (waiting) callback();
    });
    return () => (waiting = false);
  }
}
