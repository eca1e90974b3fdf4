// The planted bugs: lines of the libraries whose comments, or the pages of decisions, say why they must be there, and what
// each becomes when its reason is forgotten. `pnpm plant` plants them one at a time, and finds out which test notices.
//
//   name      of the bug, for the command line and the page
//   file      in `packages`
//   line      the line or lines as they stand there; they must occur once
//   becomes   what they become; left out, they go
//   why       what the line is for, in one sentence
//   tests     the test files in `packages` that are expected to catch it; if they don't, the suites and soaks have to
//
// A planted bug is JavaScript: the tests strip types, and no compiler sees it.

/** @type {readonly { name: string, file: string, line: string, becomes?: string, why: string, tests: string[] }[]} */
export const bugs = [
  // ---- future ----
  {
    name: "deleted twice",
    file: "future/src/linked-list.ts",
    line: `    if (previous === undefined && this.first !== item) return;`,
    why: "An item that has left the list may be deleted again, which must not empty the list.",
    tests: ["future/test/linked-list.test.ts"],
  },
  {
    name: "ring keeps what left",
    file: "future/src/ring.ts",
    line: `    slots[head] = undefined;`,
    why: "A queue must not keep alive what was taken out of it.",
    tests: ["future/test/ring.test.ts"],
  },
  {
    name: "ring stays large",
    file: "future/src/ring.ts",
    line: `    if (--this.length === 0 && mask >= LARGEST_KEPT) this.resize(SMALLEST);`,
    becomes: `    this.length--;`,
    why: "After a burst the memory of a large queue is given back.",
    tests: ["future/test/ring.test.ts"],
  },
  {
    name: "cycle cancels itself",
    file: "future/src/wait-target.ts",
    line: `    if (!waitingFor[isBeingCancelled]()) return waitingFor.cancel(message);`,
    becomes: `    if (!waitingFor[isBeingCancelled]()) return waitingFor.cancel(message);\n    return false;`,
    why: "Of two tasks that await each other one has to let go, or a cancellation reaches neither.",
    tests: ["task/test/runner.test.ts"],
  },
  {
    name: "suspended before armed",
    file: "future/src/pending-await.ts",
    line: `    future[itsArm](this);
    slot.waits?.waitBegins(future, this.awaiter);
    // Last, because a cancellation that is due cancels the future in here.
    this.awaiter?.[itsSuspended](this);`,
    becomes: `    this.awaiter?.[itsSuspended](this);
    future[itsArm](this);
    slot.waits?.waitBegins(future, this.awaiter);`,
    why: "A cancellation that is due cancels the future as the wait begins, so the wait must be armed before.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "error counts as seen",
    file: "future/src/pending-await.ts",
    line: `    else if (this.takesErrors()) this.reject(future[itsFailureReason]());
    else this.passOn((_, reject) => reject(future[itsFailureReason]()));`,
    becomes: `    else this.reject(future[itsFailureReason]());`,
    why: "An error that no handler takes stays unretrieved, so that it is reported.",
    tests: ["future/test/failure.test.ts"],
  },
  {
    name: "leftover of a done task",
    file: "future/src/slot.ts",
    line: `  return awaiter === undefined || awaiter.done() ? undefined : awaiter;`,
    becomes: `  return awaiter;`,
    why: "Code that a task left running outlives it, and belongs to no task.",
    tests: ["future/test/slot.test.ts", "task/test/task.test.ts"],
  },
  {
    name: "cancelling a failed future",
    file: "future/src/future.ts",
    line: `    if (this.state === FAILED) retrieveFailure(this.ending as Failure, this.scheduler);`,
    why: "Cancelling a failed future counts as looking at its error.",
    tests: ["future/test/failure.test.ts"],
  },
  {
    name: "settled in the call",
    file: "future/src/future.ts",
    line: `      scheduler.schedule(settling(failure, isForgotten ? scheduler : undefined));`,
    becomes: `      settling(failure, isForgotten ? scheduler : undefined).run();`,
    why: "Whether an error is retrieved is looked at after the turns of the waiters, which nearly always do so.",
    tests: ["future/test/failure.test.ts"],
  },
  {
    name: "callback in a task",
    file: "future/src/callback.ts",
    line: `    slot.stepping = nobody;`,
    why: "A callback runs outside every task, also one that a task's own step has scheduled.",
    tests: ["future/test/callback.test.ts"],
  },
  {
    name: "callback's promise",
    file: "future/src/callback.ts",
    line: `      if (typeof returned === "object" && returned !== null) this.look(returned, callback);`,
    why: "Nobody awaits what a callback returned, so its error would be silent.",
    tests: ["future/test/callback.test.ts"],
  },
  {
    name: "handler's promise",
    file: "future/src/continuation.ts",
    line: `    promise.catch((error: unknown) => this.handlerThrew(error));`,
    becomes: `    promise.catch(() => {});`,
    why: "What a handler returned may fail although nobody asks for the promise of `then`.",
    tests: ["future/test/continuation.test.ts"],
  },
  {
    name: "handler outside its turn",
    file: "future/src/pending-await.ts",
    line: `    enterTurn(awaiter);`,
    why: "The turn of an await ends only when its microtasks have drained, and belongs to the task.",
    tests: ["task/test/task.test.ts"],
  },

  // ---- coroutine ----
  {
    name: "cancelled turn is taken",
    file: "coroutine/src/polled-coroutine.ts",
    line: `    waiter?.result();`,
    why: "A call whose turn was cancelled must throw, and not take the lock or the item.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "task awaits itself",
    file: "coroutine/src/driver.ts",
    line: `    if ((future as unknown) === this.awaiter) this.awaitsItself();`,
    why: "A task that awaits itself would wait for ever.",
    tests: ["task/test/misuse.test.ts", "task/test/task.test.ts"],
  },
  {
    name: "step without a context",
    file: "coroutine/src/coroutine.ts",
    line: `    if (context !== undefined) this.within(context);`,
    why: "The steps of a generator that an async function awaits go on in the context of that function.",
    tests: ["task/test/stores.test.ts"],
  },
  {
    name: "watched although awaited",
    file: "coroutine/src/coroutine.ts",
    line: `    this.watch?.end();`,
    why: "A coroutine object that was awaited is not reported as forgotten.",
    tests: ["coroutine/test/debug.test.ts"],
  },
  {
    name: "awaited continuation",
    file: "coroutine/src/coroutine.ts",
    line: `        (value) => void continuation.fulfil(value),
        (error: unknown) => void continuation.reject(error),`,
    becomes: `        (value) => continuation.fulfil(value),
        (error: unknown) => continuation.reject(error),`,
    why: "A promise that got the continuation would await it, as if somebody used what comes of it.",
    tests: ["coroutine/test/coroutine.test.ts", "task/test/then-handlers.test.ts"],
  },
  {
    name: "step context stays",
    file: "coroutine/src/driver.ts",
    line: `    } finally {
      slot.stepping = stepping;
    }`,
    becomes: `    } finally {
    }`,
    why: "After a step, the code on the stack belongs to its caller again.",
    tests: ["task/test/task.test.ts"],
  },

  // ---- loop ----
  {
    name: "timer holds the process",
    file: "loop/src/loop-scheduler.ts",
    line: `    if (!this.awake && this.timers.size === 0) this.beginWait(undefined);`,
    why: "When the last timer is taken back, nothing may hold the process open for it.",
    tests: ["loop/test/loop-scheduler.test.ts", "task/test/sleep.test.ts"],
  },
  {
    name: "timer sleeps",
    file: "loop/src/loop-scheduler.ts",
    line: `    this.timers.add(timer);
    if (!this.awake) this.wake();`,
    becomes: `    this.timers.add(timer);`,
    why: "A timer that is set while the loop waits must make it look again.",
    tests: ["loop/test/loop-scheduler.test.ts", "loop/test/event-loop.test.ts"],
  },
  {
    name: "stop sleeps",
    file: "loop/src/loop-scheduler.ts",
    line: `    this.stopping = true;
    if (!this.awake) this.wake();`,
    becomes: `    this.stopping = true;`,
    why: "A loop that waits must notice that it is stopped.",
    tests: ["loop/test/event-loop.test.ts"],
  },
  {
    name: "loop in a task's context",
    file: "loop/src/loop-scheduler.ts",
    line: `    runOutside(() => (pauses ? this.host.afterEvents(this.drive) : this.host.afterMicrotasks(this.drive)));`,
    becomes: `    if (pauses) this.host.afterEvents(this.drive);\n    else this.host.afterMicrotasks(this.drive);`,
    why: "Woken in the context of a task, the loop's next turn would be attributed to that task.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "old wait goes on",
    file: "loop/src/loop-scheduler.ts",
    line: `    this.endWait?.();
    this.endWait = undefined;
    const pauses`,
    becomes: `    const pauses`,
    why: "A loop that is woken ends its wait, whose timer would hold the process and wake it again.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "wakes starve events",
    file: "loop/src/loop-scheduler.ts",
    line: `    const pauses = ++this.wakes % WAKES_PER_PAUSE === 0;`,
    becomes: `    const pauses = false;`,
    why: "A loop that is woken again and again must let the host handle I/O now and then.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "foreign tick stops the loop",
    file: "loop/src/loop-scheduler.ts",
    line: `            if (threw) host.afterMicrotasks(this.drive);`,
    why: "If a foreign callback throws while microtasks drain, the loop must be scheduled again.",
    tests: ["loop/test/loop-scheduler.test.ts", "loop/test/host.test.ts"],
  },
  {
    name: "late drain counts",
    file: "loop/src/loop-scheduler.ts",
    line: `    if (this.drains === undefined) this.drains = true;
  };`,
    becomes: `    this.drains = true;
  };`,
    why: "A microtask that comes too late must not be taken for one that the host has drained.",
    tests: ["loop/test/host.test.ts", "loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "loops interrupt each other",
    file: "loop/src/loop-scheduler.ts",
    line: `    if (unfinished !== undefined && unfinished !== this) {
      this.driveAfterEvents();
      return;
    }`,
    why: "A turn goes on in its microtasks, and another loop may not begin one in between.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "forgotten loop stops others",
    file: "loop/src/loop-scheduler.ts",
    line: `      unfinished = undefined;
      this.drive();`,
    becomes: `      this.drive();`,
    why: "A host that has forgotten its loop must not stop the others.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "turns overlap",
    file: "loop/src/loop-scheduler.ts",
    line: `        if (slot.microtasksQueued) return;`,
    why: "A turn that has queued microtasks goes on in them before the next one begins.",
    tests: ["loop/test/loop-scheduler.test.ts", "task/test/task.test.ts"],
  },
  {
    name: "closed loop keeps timers",
    file: "loop/src/loop-scheduler.ts",
    line: `    this.timers.clear();`,
    why: "A closed loop drops its timers, which would keep alive what they wake.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "cancelled after the end",
    file: "loop/src/loop-scheduler.ts",
    line: `      outlived(runnable, this.host);
      return;`,
    becomes: `      return;`,
    why: "A task that outlives its loop still hears that it was cancelled.",
    tests: ["task/test/abandon.test.ts"],
  },
  {
    name: "afterTurn is not told",
    file: "loop/src/loop-scheduler.ts",
    line: `        if (this.watching !== undefined) this.endWatch();
        if (slot.afterTurn !== undefined) endTurn();
      }`,
    becomes: `        if (this.watching !== undefined) this.endWatch();
      }`,
    why: "The line that was told of a request is that of one turn, so its end must be told.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "last turn not ended",
    file: "loop/src/loop-scheduler.ts",
    line: `    if (this.watching !== undefined) this.endWatch();
    if (slot.afterTurn !== undefined) endTurn();`,
    becomes: `    if (this.watching !== undefined) this.endWatch();`,
    why: "Where the host can't drain the microtasks, the end of a turn is told once they have drained.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "told turn ends early",
    file: "loop/src/loop-scheduler.ts",
    line: `    if (unfinished !== undefined && unfinished !== this) {
      this.driveAfterEvents();`,
    becomes: `    if (slot.afterTurn !== undefined) endTurn();
    if (unfinished !== undefined && unfinished !== this) {
      this.driveAfterEvents();`,
    why: "A loop that is called while the turn of another one goes on must not end that turn.",
    tests: ["loop/test/loop-scheduler.test.ts"],
  },
  {
    name: "turn lost in a microtask",
    file: "loop/src/host.ts",
    line: `    if (this.drained) {
      slot.turn = undefined;
      this.addListeners();
    }`,
    becomes: `    slot.turn = undefined;
    if (this.drained) this.addListeners();`,
    why: "If the microtasks of a turn have not drained, it goes on in them, and still belongs to its task.",
    tests: ["loop/test/host.test.ts"],
  },
  {
    name: "page sees the turn",
    file: "loop/src/host.ts",
    line: `--this.left > 0 && this.drained`,
    becomes: `--this.left >= 0 && this.drained`,
    why: "The last listener serves nothing, so that a turn ends before the page's own handlers run.",
    tests: ["loop/test/host.test.ts"],
  },
  {
    name: "timer of a page is a turn",
    file: "loop/src/host.ts",
    line: `    const end = super.wait(deadline, () =>
      this.afterEvents(() => {
        if (waiting) callback();
      }),
    );`,
    becomes: `    const end = super.wait(deadline, () => {
      if (waiting) callback();
    });`,
    why: "A loop wakes in a message: after a timer the page could run before the turn's end is noted.",
    tests: ["loop/test/host.test.ts"],
  },
  {
    name: "signal waits for a worker",
    file: "loop/src/shutdown.ts",
    line: `    for (const future of this.toCancel) future.cancel(message);`,
    why: "Tasks that are cancelled by a signal must not wait for a job that never ends.",
    tests: ["loop/test/shutdown.test.ts"],
  },
  {
    name: "loop keeps its jobs",
    file: "loop/src/event-loop.ts",
    line: `    this.shutdown.abandon("the event loop was closed");`,
    why: "A loop that is closed cancels its jobs, and ends its programs, which would outlive it.",
    tests: ["loop/test/shutdown.test.ts"],
  },
  {
    name: "nothing said at exit",
    file: "loop/src/running-scheduler.ts",
    line: `  host.whenExiting(() => reportWhatIsLeft(scheduler));`,
    why: "The default loop is never closed, so it reports unretrieved errors as the process exits.",
    tests: ["loop/test/running-scheduler.test.ts"],
  },
  {
    name: "ties in any order",
    file: "loop/src/timer-queue.ts",
    line: `    return timer.sequence < (this.heap[position] as Timed).sequence;`,
    becomes: `    return false;`,
    why: "Timers of one deadline run in the order in which they were set.",
    tests: ["loop/test/timer-queue.test.ts"],
  },
  {
    name: "earlier timer behind",
    file: "loop/src/timer-queue.ts",
    line: `    if (last !== undefined && last.deadline <= deadline) {`,
    becomes: `    if (last !== undefined) {`,
    why: "Only a timer that comes later may stand behind one of an equal delay.",
    tests: ["loop/test/timer-queue.test.ts"],
  },
  {
    name: "timer removed twice",
    file: "loop/src/timer-queue.ts",
    line: `    if (position === OUTSIDE) return;`,
    why: "A timer that is not set may be taken back, and nothing happens.",
    tests: ["loop/test/timer-queue.test.ts"],
  },
  {
    name: "hold ends twice",
    file: "loop/src/outside.ts",
    line: `    if (holds) holding--;
    holds = false;`,
    becomes: `    if (holds) holding--;`,
    why: "The callback of a wait may end it again, and the timers are counted.",
    tests: ["loop/test/outside.test.ts"],
  },
  {
    name: "listener in a context",
    file: "loop/src/process-events.ts",
    line: `  if (shared.callbacks.size === 0) runOutside(() => source.on(event, shared.listener));`,
    becomes: `  if (shared.callbacks.size === 0) source.on(event, shared.listener);`,
    why: "Node calls a listener in the context of the call that added it, and keeps that context alive.",
    tests: ["loop/test/process-events.test.ts"],
  },
  {
    name: "overdue in a context",
    file: "loop/src/overdue-failures.ts",
    line: `    runOutside(() => this.host.later?.(entry.due - this.host.now(), this.look));`,
    becomes: `    this.host.later?.(entry.due - this.host.now(), this.look);`,
    why: "A failure is reported outside the context of the task that failed.",
    tests: ["loop/test/overdue-failures.test.ts"],
  },
  {
    name: "async exception handler",
    file: "loop/src/error-reports.ts",
    line: `      if (typeof returned === "object" && returned !== null) follow(returned, () => {}, threw);`,
    why: "An exception handler may be an async function, and nobody else awaits it.",
    tests: ["loop/test/error-reports.test.ts"],
  },
  {
    name: "starved candidate",
    file: "loop/src/candidates.ts",
    line: `    return starved === undefined ? all : [starved];`,
    becomes: `    return all;`,
    why: "In an explored program, too, nobody is passed over for ever.",
    tests: ["loop/test/candidates.test.ts", "loop/test/explore.test.ts"],
  },
  {
    name: "schedule not followed",
    file: "loop/src/exhaustive.ts",
    line: `    if (outcome.schedule.length !== this.told.length) return;`,
    why: "A run that could not follow its schedule was another run, which has been.",
    tests: ["loop/test/exhaustive.test.ts"],
  },

  // ---- task ----
  {
    name: "begins although cancelled",
    file: "task/src/task.ts",
    line: `    const cancelled = this.cancellation?.beforeFirstStep();`,
    becomes: `    const cancelled = undefined;`,
    why: "A task that is cancelled before its first step never runs its body.",
    tests: ["task/test/task.test.ts"],
  },
  {
    name: "leaves the live tasks late",
    file: "task/src/task.ts",
    line: `    live.delete(this as Task<unknown>);
    this.finish(value);`,
    becomes: `    this.finish(value);`,
    why: "A task that is done leaves the list of live tasks, which would keep it alive.",
    tests: ["task/test/live-tasks.alone.test.ts", "task/test/task.test.ts"],
  },
  {
    name: "then outside the task",
    file: "task/src/task.ts",
    line: `      else runInside(stepper, followThenable, opened, then, fulfilled, rejected);`,
    becomes: `      else followThenable(opened, then, fulfilled, rejected);`,
    why: "A user's `then` runs inside the task, as the body did that returned it.",
    tests: ["task/test/hostile-code.test.ts"],
  },
  {
    name: "abort outside the turn",
    file: "task/src/cancellation.ts",
    line: `      slot.microtasksQueued = true;
      controller.abort(cancellation(this.message));`,
    becomes: `      controller.abort(cancellation(this.message));`,
    why: "Code that an abort starts is part of this turn, even if the turn is that of a generator.",
    tests: ["task/test/scopes.test.ts"],
  },
  {
    name: "no doubt after an abort",
    file: "task/src/cancellation.ts",
    line: `      if (currentTaskLike() !== this.task) this.inDoubt().arises = true;`,
    why: "After an abort it is unknown which line of the task has heard of the cancellation.",
    tests: ["task/test/signals.alone.test.ts", "task/test/cancellation.test.ts"],
  },
  {
    name: "no other in its place",
    file: "task/src/cancellation.ts",
    line: `      requests.find((one) => one.owner === undefined) ??
      requests.at(-1);`,
    becomes: `      (owner === undefined ? requests.at(-1) : undefined);`,
    why: "If `uncancel()` has taken a timeout's request back, another goes in its place, as in asyncio.",
    tests: ["task/test/cancellation.test.ts", "task/test/timeout.test.ts"],
  },
  {
    name: "due request is forgotten",
    file: "task/src/cancellation.ts",
    line: `    if (!this.wasTold(line)) this.cancelWait(wait);`,
    why: "A line that has not been told of a request is told at its next wait.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "refusal counts as untold",
    file: "task/src/cancellation.ts",
    line: `    if (line === untold && this.rare.doubt?.arises === true) line = doubtful;`,
    why: "Even in the turn of a value, an operation may have been given the aborted signal, and refused.",
    tests: ["task/test/cancellation.test.ts", "task/test/signals.alone.test.ts"],
  },
  {
    name: "another's swallow",
    file: "task/src/cancellation.ts",
    line: `    if (outcome === "swallowed" && (passed === undefined || passed.node[lastThrown]() <= passed.askedThere)) {
      outcome = "value";
    }`,
    why: "A child may have swallowed an earlier request than this task's, which stays due then.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "child in doubt",
    file: "task/src/cancellation.ts",
    line: `    if (outcome === "swallowed" && passed?.node[endedInDoubt]() === true) {
      this.enter(doubtful);
      return undefined;
    }`,
    why: "If it is unknown whether the line that ended a child was told, its parent may not count as told.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "two answers for one throw",
    file: "task/src/cancellation.ts",
    line: `    const isNew = previous === undefined || previous.askedThere !== askedThere;`,
    becomes: `    const isNew = previous === undefined;`,
    why: "A throw in a child answers only those of the requests passed on to it that came before the throw.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "throws before a request forgotten",
    file: "task/src/cancellation.ts",
    line: `    if (this.lastThrown > 0 && this.requests === none) this.withRare().thrownBefore = this.lastThrown;`,
    why: "A request that was taken back has been answered, whatever is asked of the task afterwards.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "throw after a take back",
    file: "task/src/cancellation.ts",
    line: `      if (isThrown && !this.task.done()) this.lastThrown = this.now + 1;`,
    why: "A request was taken back, but a task that passed it on goes by what was thrown.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "leftover swallows",
    file: "task/src/cancellation.ts",
    line: `    if (this.owed > 0) this.noteLastLine();`,
    why: "A leftover of a task does not swallow a request for the line that ended it.",
    tests: ["task/test/cancellation.test.ts"],
  },
  {
    name: "renewed signals",
    file: "task/src/cancellation.ts",
    line: `    this.renewSignals();`,
    why: "Once a request was taken back, the code gets a signal that is not aborted.",
    tests: ["task/test/scopes.test.ts"],
  },
  {
    name: "timeout asks too late",
    file: "task/src/timeout.ts",
    line: `      const cancelled = cancellationIn(error, requests, this);
      const isOwn = this.leave(task) <= (requests?.stillCounted(before) ?? 0);`,
    becomes: `      const isOwn = this.leave(task) <= (requests?.stillCounted(before) ?? 0);
      const cancelled = cancellationIn(error, requests, this);`,
    why: "What caused an error is asked before the request is taken back, which drops the aborted signal.",
    tests: ["task/test/timeout.test.ts", "task/test/signals.alone.test.ts"],
  },
  {
    name: "timeout serves for all",
    file: "task/src/timeout.ts",
    line: `        requests?.renew(toldBefore, before);`,
    why: "A cancellation that was also thrown for a request from before the timeout is delivered again.",
    tests: ["task/test/timeout.test.ts", "task/test/cancellation.test.ts"],
  },
  {
    name: "old deadline expires",
    file: "task/src/timeout.ts",
    line: `    if (this.timer !== timer) return;`,
    why: "The timer of an earlier deadline, due in one iteration with a reschedule, expires nothing.",
    tests: ["task/test/timeout.test.ts"],
  },
  {
    name: "timer outlives its block",
    file: "task/src/timeout.ts",
    line: `    this.stopTimer();
    this.leaveScope(task);`,
    becomes: `    this.leaveScope(task);`,
    why: "The timer of a timeout that was left must not cancel what comes after it.",
    tests: ["task/test/timeout.test.ts"],
  },
  {
    name: "group waits once",
    file: "task/src/task-group.ts",
    line: `    while (this.ends.length > 0) {
      this.emptied`,
    becomes: `    if (this.ends.length > 0) {
      this.emptied`,
    why: "A group waits for all its tasks, however often the parent is cancelled meanwhile.",
    tests: ["task/test/task-group.test.ts"],
  },
  {
    name: "errors hide a cancellation",
    file: "task/src/task-group.ts",
    line: `    requests?.renew(0);`,
    why: "A cancellation from outside gives way to the errors of the tasks, but must not be forgotten.",
    tests: ["task/test/task-group.test.ts"],
  },
  {
    name: "group asks too late",
    file: "task/src/task-group.ts",
    line: `    const cancelled = failure && cancellationIn(failure.error, parent[cancellationOf](), this);
    this.leaveScope(parent);`,
    becomes: `    this.leaveScope(parent);
    const cancelled = failure && cancellationIn(failure.error, parent[cancellationOf](), this);`,
    why: "What caused an error is asked while the scope still has its signal.",
    tests: ["task/test/task-group.test.ts", "task/test/signals.alone.test.ts"],
  },
  {
    name: "stopped task fails its group",
    file: "task/src/task-group.ts",
    line: `    if (task.cancelled()) return;`,
    why: "A task that was cancelled is no error of its group.",
    tests: ["task/test/task-group.test.ts"],
  },
  {
    name: "refused and unawaited",
    file: "task/src/task-group.ts",
    line: `      if (isCoroutine(body)) body.take();`,
    why: "A coroutine that a group refuses is an error already, and no forgotten one in debug mode.",
    tests: ["task/test/task-group.test.ts"],
  },
  {
    name: "gather in a circle",
    file: "task/src/gather.ts",
    line: `    if (circular && !this.done()) {
      this.endWith(cancellation(message), "cancelled");
      return true;
    }`,
    why: "If a child awaits the gather, a cancellation ends neither unless one lets go.",
    tests: ["task/test/gather.test.ts", "task/test/cancellation.test.ts"],
  },
  {
    name: "gather stays with its children",
    file: "task/src/gather.ts",
    line: `    for (let left = this.lastReaction; left !== undefined; left = left.before) left.giveUp();`,
    why: "Children that go on may live long, and must not keep the gathers that have left them.",
    tests: ["task/test/long-lived.test.ts"],
  },
  {
    name: "shield stays with its future",
    file: "task/src/shield.ts",
    line: `    inner[disarm](this.reaction);
    reportLater(inner);`,
    becomes: `    reportLater(inner);`,
    why: "The inner future may live long, and have many shields.",
    tests: ["task/test/long-lived.test.ts"],
  },
  {
    name: "shielded error is silent",
    file: "task/src/shield.ts",
    line: `    reportLater(inner);
    return true;`,
    becomes: `    return true;`,
    why: "The code that would have got the error was cancelled, so somebody has to report it.",
    tests: ["task/test/shield.test.ts"],
  },
  {
    name: "cancelled waiter is woken",
    file: "task/src/as-completed.ts",
    line: `    while (waiter?.done() === true) waiter = this.waiters.shift();`,
    why: "A cancelled waiter may not have had its turn to leave, and would take the wake-up of the next one.",
    tests: ["task/test/as-completed.test.ts"],
  },
  {
    name: "completed twice",
    file: "task/src/as-completed.ts",
    line: `    if (!this.todo.delete(future)) return;`,
    becomes: `    this.todo.delete(future);`,
    why: "A reaction that was scheduled when the futures were left may call it a second time.",
    tests: ["task/test/as-completed.test.ts"],
  },
  {
    name: "iteration left, still armed",
    file: "task/src/as-completed.ts",
    line: `      if (this.left > 0) this.rest();`,
    why: "The futures may outlive many iterations that were left early.",
    tests: ["task/test/long-lived.test.ts"],
  },
  {
    name: "wait stays with its futures",
    file: "task/src/wait.ts",
    line: `    for (const [future, reaction] of this.waits) future[disarm](reaction);`,
    why: "A future may outlive many waits for it.",
    tests: ["task/test/wait.test.ts", "task/test/growth.alone.test.ts"],
  },
  {
    name: "cancelled sleep stays set",
    file: "task/src/sleep.ts",
    line: `    this.scheduler.removeTimer(this);
    this.end(cancellation(message));`,
    becomes: `    this.end(cancellation(message));`,
    why: "A sleep that is cancelled takes its timer out of the loop.",
    tests: ["task/test/sleep.test.ts"],
  },
  {
    name: "sleep ends twice",
    file: "task/src/sleep.ts",
    line: `    if (this.ending === undefined) this.end("awake");`,
    becomes: `    this.end("awake");`,
    why: "A sleep whose timer is due in the iteration in which it is cancelled ends once.",
    tests: ["task/test/sleep.test.ts"],
  },
  {
    name: "abandons a task that is done",
    file: "task/src/abandon.ts",
    line: `      if (this.done() || this.task.done()) return;`,
    becomes: `      if (this.done()) return;`,
    why: "If the task is done, its reaction is on its way, and nothing is left to abandon.",
    tests: ["task/test/abandon.test.ts"],
  },
  {
    name: "body that has ended is cancelled",
    file: "task/src/abandon.ts",
    line: `    if (this.done() || this.task.done()) return false;`,
    why: "Until the reaction has run the body's task is done, and must not be asked to stop.",
    tests: ["task/test/abandon.test.ts"],
  },
  {
    name: "abandoned error is silent",
    file: "task/src/abandon.ts",
    line: `    task[arm]({ run: report, outlivesLoop: true });`,
    why: "The error of an abandoned task is reported, also after the end of the run.",
    tests: ["task/test/abandon.test.ts"],
  },
  {
    name: "abortable's abort outside the turn",
    file: "task/src/abortable.ts",
    line: `    slot.microtasksQueued = true;
    this.wasCancelled = true;`,
    becomes: `    this.wasCancelled = true;`,
    why: "Code that the abort starts belongs to this turn, not to the next one, which may be another task's.",
    tests: ["task/test/abortable.test.ts"],
  },
  {
    name: "tasks of a finished job",
    file: "task/src/runner.ts",
    line: `      if (areStopped) await this.cancelTasks(loop, interruption);
    } finally {`,
    becomes: `    } finally {`,
    why: "Code woken by a finished job may have created tasks, which must be stopped too.",
    tests: ["task/test/runner.test.ts"],
  },
  {
    name: "late signal",
    file: "task/src/interruption.ts",
    line: `      if (!main.cancel()) return;`,
    becomes: `      main.cancel();`,
    why: "A signal that comes after the end of the main task has interrupted nothing.",
    tests: ["task/test/runner.test.ts"],
  },
  {
    name: "cleaning up with an aborted signal",
    file: "task/src/fetch.ts",
    line: `  if (!scope.aborted) signals.push(scope);`,
    becomes: `  signals.push(scope);`,
    why: "Code that cleans up after the abort may fetch.",
    tests: ["task/test/fetch.test.ts"],
  },
  {
    name: "mark of an older await",
    file: "task/src/told-lines.ts",
    line: `  return mark?.of === told.of && mark.thrown > told.thrown ? mark : told;`,
    becomes: `  return mark ?? told;`,
    why: "What told code wakes knows of newer requests than an await that was made before them.",
    tests: ["task/test/told-lines.alone.test.ts", "task/test/cancellation.test.ts"],
  },
  {
    name: "woken code never ends",
    file: "task/src/told-lines.ts",
    line: `  endWaking(running);`,
    why: "Only what told code itself has woken is told; microtasks that others have queued come behind that.",
    tests: ["task/test/told-lines.alone.test.ts"],
  },
  {
    name: "scope of another context",
    file: "task/src/scopes.ts",
    line: `  if (scope?.task !== task && storage && stepping?.context !== undefined) {
    scope = storage.scopeIn(stepping.context) as Scope | undefined;
  }`,
    why: "The steps of a generator that an async function awaits may run outside that function's context.",
    tests: ["task/test/scopes.test.ts"],
  },

  // ---- sync ----
  {
    name: "waiter stays in the lot",
    file: "sync/src/parking-lot.ts",
    line: `    this.lot.delete(this);`,
    why: "A waiter that is cancelled leaves its queue, or a permit is handed to nobody.",
    tests: ["sync/test/parking-lot.test.ts"],
  },
  {
    name: "newcomer overtakes",
    file: "sync/src/gate.ts",
    line: `    return this.free === 0 || this.handedOver > 0;`,
    becomes: `    return this.free === 0;`,
    why: "A permit that is handed over is not back yet, and newcomers come behind its waiter.",
    tests: ["sync/test/semaphore.test.ts"],
  },
  {
    name: "woken wakes nobody",
    file: "sync/src/gate.ts",
    line: `    while (this.free > 0 && this.unpark()) {
      this.free--;
      this.handedOver++;
    }`,
    why: "Permits that were released while one was handed over belong to those who queued behind it.",
    tests: ["sync/test/semaphore.test.ts"],
  },
  {
    name: "released between",
    file: "sync/src/gate.ts",
    line: `    return this.free === 0 && this.handedOver === 0;`,
    becomes: `    return this.free === 0;`,
    why: "While a lock is handed over nobody holds it yet, so nobody may release it.",
    tests: ["sync/test/lock.test.ts"],
  },
  {
    name: "notification is lost",
    file: "sync/src/condition.ts",
    line: `      this.waiters.unpark();
      throw error;`,
    becomes: `      throw error;`,
    why: "A waiter that was notified, and then cancelled, passes the notification on.",
    tests: ["sync/test/condition.test.ts"],
  },
  {
    name: "condition left without the lock",
    file: "sync/src/condition.ts",
    line: `        if (!isCancelled(error)) throw error;
        cancellation = error;`,
    becomes: `        throw error;`,
    why: "A wait holds the lock again when it ends, even if it is cancelled while it acquires it.",
    tests: ["sync/test/condition.test.ts"],
  },
  {
    name: "condition swallows",
    file: "sync/src/condition.ts",
    line: `    if (cancellation !== undefined) throw cancellation;`,
    why: "A cancellation that came while the lock was acquired again is thrown once it is held.",
    tests: ["sync/test/condition.test.ts"],
  },
  {
    name: "event cleared at once",
    file: "sync/src/event.ts",
    line: `  protected override woken(): true {
    return true;
  }`,
    why: "`set()` wakes those who waited, even if `clear()` comes before their turn.",
    tests: ["sync/test/event.test.ts"],
  },
  {
    name: "failed put wakes nobody",
    file: "sync/src/queue.ts",
    line: `      this[putters].unpark();
      throw error;`,
    becomes: `      throw error;`,
    why: "If a comparison throws the place is still free, and the next putter must be woken for it.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "failed get wakes nobody",
    file: "sync/src/queue.ts",
    line: `      this[getters].unpark();
      throw error;`,
    becomes: `      throw error;`,
    why: "If a comparison throws the item is still there, and the next getter must be woken for it.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "shutdown forgets getters",
    file: "sync/src/queue.ts",
    line: `    this[getters].unparkAll();`,
    why: "A getter that waits must look again, and find that the queue is shut down.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "shutdown forgets putters",
    file: "sync/src/queue.ts",
    line: `    this[putters].unparkAll();`,
    why: "A putter that waits must look again, and find that the queue is shut down.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "shutdown forgets joiners",
    file: "sync/src/queue.ts",
    line: `      if (this.unfinished === 0) this.joiners.unparkAll();
    }`,
    becomes: `    }`,
    why: "Items that are dropped count as processed, and may be the last ones that `join()` waits for.",
    tests: ["sync/test/queue.test.ts"],
  },
  {
    name: "drained barrier wakes nobody",
    file: "sync/src/barrier.ts",
    line: `          if (!this.broken) this.state = "filling";
          this.condition.notifyAll();`,
    becomes: `          if (!this.broken) this.state = "filling";`,
    why: "Parties that came while the barrier drained wait until the last one has left.",
    tests: ["sync/test/barrier.test.ts"],
  },
  {
    name: "broken barrier mends itself",
    file: "sync/src/barrier.ts",
    line: `          if (!this.broken) this.state = "filling";
          this.condition.notifyAll();`,
    becomes: `          this.state = "filling";
          this.condition.notifyAll();`,
    why: "A barrier that was aborted stays broken until it is reset.",
    tests: ["sync/test/barrier.test.ts"],
  },
  {
    name: "empty barrier resets for ever",
    file: "sync/src/barrier.ts",
    line: `    this.state = state === "resetting" && this.count === 0 ? "filling" : state;`,
    becomes: `    this.state = state;`,
    why: "A reset of a barrier where nobody waits is over at once, since nobody leaves who could end it.",
    tests: ["sync/test/barrier.test.ts"],
  },

  // ---- executor ----
  {
    name: "room is not passed on",
    file: "executor/src/pool.ts",
    line: `    waiter.scheduler.schedule({ run: () => this.wakeOne() });`,
    why: "A waiter for room may submit nothing, and then the next one must be woken.",
    tests: ["executor/test/pool.test.ts"],
  },
  {
    name: "cancelled waiter for room",
    file: "executor/src/pool.ts",
    line: `    this.list.delete(this);`,
    why: "A waiter that was cancelled must not take the wake-up of the next one, nor stay until it is woken.",
    tests: ["executor/test/played-workers.test.ts"],
  },
  {
    name: "worker started for nothing",
    file: "executor/src/pool.ts",
    line: `    this.goOnSoon();
  }

  /** Waits until there is room`,
    becomes: `    this.goOn();
  }

  /** Waits until there is room`,
    why: "More jobs may be cancelled in one go, and no worker should be started for those.",
    tests: ["executor/test/pool.test.ts"],
  },
  {
    name: "killed worker is not awaited",
    file: "executor/src/pool.ts",
    line: `      toAwait.add(ending);`,
    why: "A run ends only when the workers have exited that it has killed.",
    tests: ["executor/test/pool.test.ts", "executor/test/programs.test.ts"],
  },
  {
    name: "loop forgets its jobs",
    file: "executor/src/job.ts",
    line: `    partsOf(this.getLoop()).shutdown.toCancel.add(this);`,
    why: "A loop cancels its jobs when it closes, since it could no longer deliver their results.",
    tests: ["executor/test/job.test.ts", "executor/test/pool.test.ts"],
  },
  {
    name: "first in line goes last",
    file: "executor/src/pool.ts",
    line: `      line = this.waitingAgain;`,
    why: "A waiter that finds its room taken by another caller is still the first in line.",
    tests: ["executor/test/played-workers.test.ts"],
  },
  {
    name: "shutdown forgets room",
    file: "executor/src/pool.ts",
    line: `    wakeAll(this.waitingForRoom);`,
    why: "A pool that is shut down accepts no more jobs, so a waiter for room must not wait for that of the jobs that run on.",
    tests: ["executor/test/played-workers.test.ts"],
  },
  {
    name: "exit loses output",
    file: "executor/src/pool.ts",
    line: `      if (havingThreads.size === 0) process.on("beforeExit", closeIdleThreads);`,
    why: "The output of a thread passes through the main thread, whose exit loses what has not arrived.",
    tests: ["executor/test/programs.test.ts", "executor/test/played-workers.test.ts"],
  },
  {
    name: "import starts its importer",
    file: "executor/src/pool-executor.ts",
    line: `      if (shared.importing === href) throw new Error(\`\${file} \${ENDLESS}\`);`,
    why: "A module that uses a pool of itself at its top level would start workers without end.",
    tests: ["executor/test/worker-entry.test.ts"],
  },
  {
    name: "own pool in a job",
    file: "executor/src/worker-entry.ts",
    line: `  shared.importing = undefined;`,
    why: "A job may use a pool of its own module: it ends, and so do those that it waits for.",
    tests: ["executor/test/worker-entry.test.ts"],
  },
  {
    name: "dropped job keeps its arguments",
    file: "executor/src/pool.ts",
    line: `      job.forgetArguments();`,
    why: "A cancelled job that its caller keeps must not keep the memory of what it was to send.",
    tests: ["executor/test/played-workers.test.ts"],
  },
  {
    name: "last messages of a process",
    file: "executor/src/process-channel.ts",
    line: `if (how === undefined || child.connected || !children.delete(child)) return;`,
    becomes: `if (how === undefined || !children.delete(child)) return;`,
    why: "What a process sent before it exited may arrive after its exit, and may be the result of its job.",
    tests: ["executor/test/process-channel.test.ts"],
  },
  {
    name: "worker in a task's context",
    file: "executor/src/pool-worker.ts",
    line: `    runOutside(() => (this.channel = connect(this)));`,
    becomes: `    this.channel = connect(this);`,
    why: "The events of a worker belong to no task, and not to the one for whose job it was started.",
    tests: ["executor/test/pool-worker.test.ts"],
  },
  {
    name: "ending worker says nothing",
    file: "executor/src/pool-worker.ts",
    line: `    if (this.state === "ending") return;`,
    why: "What a worker sent before it was told to end must not bring it back into the pool.",
    tests: ["executor/test/pool-worker.test.ts"],
  },
  {
    name: "rest in the call",
    file: "executor/src/pool-worker.ts",
    line: `    queueMicrotask(() => calls.leave("the job that called it has ended"));`,
    becomes: `    calls.leave("the job that called it has ended");`,
    why: "What a service does when it is cancelled must find a pool and a job that are in order again.",
    tests: ["executor/test/pool-worker.test.ts"],
  },
  {
    name: "moved memory is gone",
    file: "executor/src/pool-worker.ts",
    line: `      if (moved.some(isGone)) throw new TypeError("memory was moved already");`,
    why: "Some versions of Node send memory that was moved before, and fail only when they receive it.",
    tests: ["executor/test/pool-worker.test.ts"],
  },
  {
    name: "progress sleeps over values",
    file: "executor/src/progress.ts",
    line: `        if (follower.values.length > 0) continue;`,
    why: "Values that were reported while others were looked at are there already, and wake nobody.",
    tests: ["executor/test/played-workers.test.ts"],
  },

  // ---- flow ----
  {
    name: "stopped task wins the race",
    file: "flow/src/race.ts",
    line: `    else if (!this.stopping || !task.cancelled()) {`,
    becomes: `    else {`,
    why: "A task that stops because it was asked to does not win.",
    tests: ["flow/test/race.test.ts"],
  },
  {
    name: "stopped task fails all",
    file: "flow/src/all.ts",
    line: `    else if (task.cancelled() ? !this.stopping : task.exception() !== undefined) {`,
    becomes: `    else if (task.cancelled() || task.exception() !== undefined) {`,
    why: "A task that stops because it was asked to does not fail.",
    tests: ["flow/test/all.test.ts"],
  },
  {
    name: "crew is left behind",
    file: "flow/src/crew.ts",
    line: `      task = createTask(failing(error));`,
    becomes: `      throw error;`,
    why: "Tasks of the crew may run by now, and must be waited for.",
    tests: ["flow/test/all.test.ts"],
  },
  {
    name: "retries a cancellation",
    file: "flow/src/retry.ts",
    line: `      if (attempt >= attempts || isCancelled(error) || task?.cancelling() !== before) throw error;`,
    becomes: `      if (attempt >= attempts || isCancelled(error)) throw error;`,
    why: "A request that came during the attempt is still to be answered.",
    tests: ["flow/test/retry.test.ts"],
  },
  {
    name: "cancelled source is over",
    file: "flow/src/source.ts",
    line: `      this.over ||= !isCancelled(error);`,
    becomes: `      this.over = true;`,
    why: "A cancellation may have ended the wait, and not the source, which has to be closed then.",
    tests: ["flow/test/source.test.ts"],
  },
  {
    name: "offer to a cancelled task",
    file: "flow/src/merge.ts",
    line: `    if (!taken.done()) taken.setResult();`,
    becomes: `    taken.setResult();`,
    why: "The offer is done if the task that waits for it was cancelled.",
    tests: ["flow/test/merge.test.ts"],
  },
  {
    name: "one closing fails, the others stay open",
    file: "flow/src/merge.ts",
    line: `        failure = { error: failure === undefined ? error : oneOfTwo(failure.error, error, CLOSING_FAILED) };`,
    becomes: `        throw error;`,
    why: "The other sources have to be closed too, also after a cancellation.",
    tests: ["flow/test/merge.test.ts"],
  },
  {
    name: "series swallows",
    file: "flow/src/series.ts",
    line: `    this.waitsFor?.result();`,
    why: "The cancellation that has ended the wait of an idle series is thrown into its task.",
    tests: ["flow/test/series.test.ts", "flow/test/map.test.ts"],
  },
  {
    name: "idle tasks sleep on",
    file: "flow/src/map.ts",
    line: `    if (this.isOver()) this.resting.unparkAll();`,
    why: "When the flow is over the tasks that rest must look again, and end.",
    tests: ["flow/test/map.test.ts"],
  },
  {
    name: "sender sleeps over a shutdown",
    file: "flow/src/broadcast.ts",
    line: `    this.subscribers.clear();
    this.room.unpark();`,
    becomes: `    this.subscribers.clear();`,
    why: "A sender that waits for room must look again, and find that the broadcast is shut down.",
    tests: ["flow/test/broadcast.test.ts"],
  },
  {
    name: "sender keeps its turn",
    file: "flow/src/broadcast.ts",
    line: `    } finally {
      this.turns.pass();
    }`,
    becomes: `    } finally {
    }`,
    why: "A sender that is cancelled, or fails, passes its turn on.",
    tests: ["flow/test/broadcast.test.ts"],
  },
  {
    name: "rate limiter keeps its turn",
    file: "flow/src/rate-limiter.ts",
    line: `      this.turns.pass();`,
    why: "A caller that is cancelled while it waits passes its turn on.",
    tests: ["flow/test/rate-limiter.test.ts"],
  },
  {
    name: "second deadline's error",
    file: "flow/src/move-on-after.ts",
    line: `      if (error instanceof TimeoutError && error !== thrown) return undefined;`,
    becomes: `      if (error instanceof TimeoutError) return undefined;`,
    why: "A TimeoutError that the body throws is not this deadline's.",
    tests: ["flow/test/move-on-after.test.ts"],
  },
];
