/**
 * ExploredLoop: a loop on virtual time in which a chooser decides every turn.
 *
 * It is an ordinary EventLoop with three things changed from outside, so that a loop without an explorer has
 * no line of this: its `order` hands over one runnable at a time, and all others stay here (`Candidates`);
 * its timers are set here; and its host says when there is nothing to do.
 *
 * States:
 *   at a turn   `order` chooses, and the loop runs it; `current` is the actor whose turn it is
 *   quiet       nothing is ready, but there are timers or events: the runtime may handle I/O once, and then
 *               `order` chooses one of them (`polled`)
 *   exhausted   there is nothing at all: the program waits for the world outside, or for ever
 *   over        the program took too many turns: `order` hands over nothing any more, and the runner is told
 *               that nothing will come, so that it gives its tasks up
 */
import { slot } from "@asyncio-ts/future/internal";
import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { type Actor, Actors, waitsForPromise } from "./actors.js";
import { type Candidate, Candidates } from "./candidates.js";
import { type StateOptions, StatesOfRun } from "./equal-states.js";
import { EventLoop } from "./event-loop.js";
import { ExploredHost, type Waiting } from "./explored-host.js";
import { partsOf } from "./parts.js";
import type { Deviation } from "./schedule.js";
import type { Timed } from "./timer-queue.js";

/** Decides what runs. */
export interface Chooser {
  /** Returns the number of the option that runs in this turn. */
  pick(turn: number, options: readonly Candidate[]): number;
  /** Returns the number of the task that this turn cancels, if any; `stepping` have a step to take. */
  cancel?(turn: number, live: readonly Actor[], stepping: readonly Actor[]): number | undefined;
}

/** Hears of each turn. */
export interface Witness {
  turnBegins(turn: number, chosen: Candidate | Actor, deviation: Deviation | undefined): void;
  turnEnded(): void;
  /** Nothing is left that could wake the program. */
  exhausted(): void;
}

export interface ExploredLoopOptions {
  readonly jitter: number;
  readonly turns: number;
  readonly patience: number;
  readonly witness?: ((actors: Actors) => Witness) | undefined;
  /** How to tell states apart; undefined if none is cut off. */
  readonly states?: StateOptions | undefined;
}

export class ExploredLoop implements Waiting {
  readonly loop: EventLoop;
  readonly actors: Actors = new Actors();
  /** What was done differently. */
  readonly deviations: Deviation[] = [];
  /** The number of options in each turn; 0 in one that cancelled. */
  readonly options: number[] = [];
  /** The number of the task that stepped in each turn; -1 if none did. */
  readonly steps: number[] = [];
  /** The numbers of the tasks that ended in a step of their own. */
  readonly ended: Set<number> = new Set();
  /** Two hashes of the actors in their order. */
  readonly order: [number, number] = [0x811c9dc5, 0x01000193];
  /** The names of those who waited for something that no chooser can move. */
  readonly outOfReach: Set<string> = new Set();
  /** The number of native promises of the test that are not settled. */
  promises = 0;
  isOver = false;
  /** The actor whose turn it is. */
  current: Actor | undefined = undefined;
  polled = false;
  /** The states of the run, if equal ones are cut off. */
  readonly states: StatesOfRun | undefined;

  private readonly chooser: Chooser;
  private readonly candidates: Candidates;
  private readonly host: ExploredHost;
  private readonly mostTurns: number;
  private readonly witness: Witness | undefined;
  private isIdle = false;

  constructor(chooser: Chooser, options: ExploredLoopOptions) {
    this.chooser = chooser;
    this.candidates = new Candidates(options.jitter);
    this.mostTurns = options.turns;
    this.witness = options.witness?.(this.actors);
    this.host = new ExploredHost(this, options.patience);
    this.states = options.states && new StatesOfRun(options.states, this.actors);
    this.loop = new EventLoop({ host: this.host, order: (ready) => this.next(ready) });
    // How long a turn takes depends on the machine.
    this.loop.slowCallbackDuration = Infinity;
    const { scheduler } = partsOf(this.loop);
    scheduler.addTimer = (timer: Timed) => {
      const actor = this.actors.of(timer, this.current, "timer");
      this.candidates.addTimer(timer, actor, this.turn - 1);
      this.states?.woken(timer, actor, this.current);
      this.host.changed();
    };
    scheduler.removeTimer = (timer: Timed) => {
      this.candidates.removeTimer(timer);
      this.host.changed();
    };
  }

  /** The number of the turn that comes next. */
  get turn(): number {
    return this.options.length;
  }

  get isEmpty(): boolean {
    return this.isOver || this.candidates.isEmpty;
  }

  /** Adds what runs when the chooser says so, as if it came from outside. */
  addEvent(runnable: Runnable, name: string): void {
    const actor = this.actors.of(runnable, this.current, name);
    this.candidates.addEvent(runnable, actor, this.turn);
    this.states?.woken(runnable, actor, this.current);
    this.host.changed();
  }

  exhausted(): void {
    this.witness?.exhausted();
  }

  /** Takes what has become ready, and returns what runs next, if anything does. */
  private next(ready: Runnable[]): Runnable[] {
    const { candidates, actors } = this;
    this.endTurn();
    for (const runnable of ready) {
      const actor = actors.of(runnable, this.current, "callback");
      candidates.addReady(runnable, actor, this.turn - 1);
      this.states?.woken(runnable, actor, this.current);
    }
    if (ready.length > 0 && this.isIdle) {
      this.outOfReach.add("what woke the program from outside");
      this.states?.lost();
    }
    this.isIdle = false;
    this.current = undefined;
    if (this.isOver || candidates.isEmpty || (candidates.isQuiet && !this.polled)) {
      this.isIdle = true;
      return [];
    }
    this.polled = false;
    if (this.turn >= this.mostTurns) {
      this.isOver = true;
      return [];
    }
    this.states?.turnBegins(this.turn, this.host.now(), candidates);
    return [this.chosenCancel() ?? this.chosen()];
  }

  private chosen(): Runnable {
    const { candidates, host, turn } = this;
    const options = candidates.options(host.now(), turn);
    const picked = options.length > 1 ? this.chooser.pick(turn, options) : 0;
    const number = picked < options.length ? picked : 0;
    const candidate = options[number] as Candidate;
    candidates.take(candidate);
    if (candidate.kind === "timer" && candidate.deadline > host.now()) {
      host.advanceTo(candidate.deadline);
      candidates.moveDue(host.now(), turn);
    }
    this.begin(candidate, options.length, number === 0 ? undefined : { turn, kind: "switch", number });
    return candidate.runnable;
  }

  private chosenCancel(): Runnable | undefined {
    const { turn } = this;
    const live = this.live();
    const number = this.chooser.cancel?.(turn, live, this.candidates.stepping());
    const victim = number === undefined ? undefined : live.find((actor) => actor.number === number);
    if (victim === undefined) return undefined;
    this.begin(victim, 0, { turn, kind: "cancel", number: victim.number });
    return {
      run() {
        slot.microtasksQueued = true;
        victim.task?.cancel("cancelled by explore()");
      },
    };
  }

  /** Returns the tasks that may be cancelled: all but the main one, which looks at what they leave. */
  private live(): Actor[] {
    return this.actors.tasks.filter(({ number, task }) => number > 0 && task?.done() === false);
  }

  private begin(chosen: Candidate | Actor, options: number, deviation: Deviation | undefined): void {
    const actor = "actor" in chosen ? chosen.actor : chosen;
    this.witness?.turnBegins(this.turn, chosen, deviation);
    if (deviation !== undefined) this.deviations.push(deviation);
    this.options.push(options);
    this.steps.push(options > 0 && actor.task !== undefined ? actor.number : -1);
    this.states?.takesTurn(actor, "actor" in chosen ? chosen : undefined);
    this.current = actor;
    mix(this.order, options > 0 ? actor.path : `x${actor.path}`);
  }

  private endTurn(): void {
    const { current } = this;
    if (current === undefined) return;
    this.witness?.turnEnded();
    this.states?.turnEnded(current);
    const { task, name, number } = current;
    if (task === undefined) return;
    if (task.done()) this.ended.add(number);
    else if (this.promises === 0 && waitsForPromise(task))
      this.outOfReach.add(`a native promise that ${name} awaited`);
  }
}

/** Mixes a text into two hashes. */
function mix(hashes: [number, number], text: string): void {
  let [first, second] = hashes;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ (code + 0x9e37), 0x85ebca6b) ^ (second >>> 13);
  }
  hashes[0] = first >>> 0;
  hashes[1] = second >>> 0;
}
