"""Runs random programs with CPython's asyncio: one program of JSON a line on stdin, one line with the answer on stdout.

`program.ts` says what a program is, `interpreter.ts` is the twin of the interpreter here: both must log the same events.

Each program runs twice:
  plain     with asyncio's own task. It notes where a cancellation came too late: what the task waited for had its outcome
            already, and asyncio throws that away.
  lossless  with the one rule changed that asyncio-ts changes on purpose (a result that has arrived is never thrown away):
            the task gets the outcome first, and the cancellation at its next suspension.
Where nothing came too late (and no awaited task kept its result, see `LosslessTask`), both traces must be equal, which is
checked: so the changed rule changes nothing else.

What makes asyncio repeatable here: a clock that jumps to the next timer when nothing is ready; timers of one moment in the
order in which they were made (a heap does not keep that); sets of tasks in the order of insertion (not of addresses).
"""

import asyncio
import collections
import gc
import heapq
import itertools
import json
import sys
import warnings
from asyncio import events, futures, tasks, taskgroups, timeouts

MOST_EVENTS = 4000
QUIET = 100_000
HELPING_ROUNDS = 4
MOST_ROUNDS = 10

# ---- a loop on virtual time ----


class Timer(events.TimerHandle):
    __slots__ = ("order",)

    def __lt__(self, other):
        return (self._when, self.order) < (other._when, other.order)


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now = 0
        self.orders = itertools.count()
        self._clock_resolution = 1e-6
        self._selector = self

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        timer = Timer(when, callback, args, self, context)
        timer.order = next(self.orders)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("nothing is ready, and there is no timer")
        if timeout > 0:
            self.now = self._scheduled[0]._when
        return []

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class Ordered(dict):
    """A set in the order of insertion."""

    def __init__(self, items=()):
        super().__init__((item, None) for item in items)

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)

    remove = discard


# `wait` makes its sets by this name.
tasks.set = Ordered


class AsCompleted(tasks._AsCompletedIterator):
    """The original but for the order in which it goes through what it was given."""

    def __init__(self, aws, timeout):
        self._done = asyncio.Queue()
        self._timeout_handle = None
        loop = asyncio.get_running_loop()
        todo = Ordered(tasks.ensure_future(aw, loop=loop) for aw in Ordered(aws))
        for future in todo:
            future.add_done_callback(self._handle_completion)
        if todo and timeout is not None:
            self._timeout_handle = loop.call_later(timeout, self._handle_timeout)
        self._todo = todo
        self._todo_left = len(todo)


# ---- the two kinds of task ----


def brings_cancellation(future):
    return future.cancelled() or isinstance(future.exception(), asyncio.CancelledError)


class Run:
    """What is noted while one program runs."""

    current = None


class PlainTask(tasks._PyTask):
    """asyncio's task; it notes cancellations that came too late, and what the cancelled task waited for."""

    def cancel(self, msg=None):
        if not self.done():
            Run.current.note_cancel(self)
        return super().cancel(msg)

    def _Task__wakeup(self, future):
        if self._must_cancel and not brings_cancellation(future):
            Run.current.note_late("an outcome had arrived")
        super()._Task__wakeup(future)

    def _Task__step_run_and_handle_result(self, exc):
        super()._Task__step_run_and_handle_result(exc)
        if self.cancelled() and self._cancelled_exc is None:
            Run.current.note_late("the task returned before its next suspension")


class Request:
    """A request to cancel a task; `thrown` once a CancelledError for it is thrown, or will be."""

    def __init__(self, owner, message):
        self.owner = owner
        self.message = message
        # The tasks that have made it of themselves.
        self.own = set()
        self.thrown = False
        # What it became for each child, where a gather passed it on.
        self.parts = {}


class LosslessTask(tasks._PyTask):
    """asyncio's task with one rule changed.

    `due` are the requests that will be thrown at the next suspension, in place of `_must_cancel`; `passed` those that the
    task passed on to the task, or the children of the gather, that it awaits: where that one ends without having had them
    thrown, they are due again.
    """

    def __init__(self, *args, **options):
        self.due = []
        self.passed = []
        super().__init__(*args, **options)

    def cancel(self, msg=None, owner=None, request=None):
        self._log_traceback = False
        if self.done():
            return False
        self._num_cancels_requested += 1
        self._cancel_message = msg
        request = request or Request(owner, msg)
        gathered, Run.current.gathered = Run.current.gathered, None
        if gathered:
            gathered.parts[self] = request
        if asyncio.current_task() is self:
            request.own.add(self)
        if not self.cancel_wait(request):
            self.due.append(request)
        Run.current.gathered = gathered
        return True

    def cancel_wait(self, request):
        waiter = self._fut_waiter
        if isinstance(waiter, LosslessTask):
            if waiter.cancel(request.message, request=request):
                self.passed.append(request)
                return True
        elif isinstance(waiter, tasks._GatheringFuture):
            Run.current.gathered = request
            accepted = waiter.cancel(msg=request.message)
            Run.current.gathered = None
            if accepted:
                self.passed.append(request)
            return accepted
        elif waiter is not None and waiter.cancel(msg=request.message):
            request.thrown = True
            return True
        return False

    def uncancel(self, owner=None):
        if self._num_cancels_requested > 0:
            self._num_cancels_requested -= 1
            if owner is not None:
                self.due = [request for request in self.due if request.owner is not owner]
            if self._num_cancels_requested == 0:
                self.due.clear()
                self.passed.clear()
        return self._num_cancels_requested

    def _Task__wakeup(self, future):
        try:
            future.result()
            exc = None
        except BaseException as error:
            exc = error
        if isinstance(exc, asyncio.CancelledError):
            self.serve_all()
        else:
            # A gather ends with the error of one child: what the others were told of does not count.
            for request in self.passed if isinstance(future, tasks._GatheringFuture) else ():
                for child, part in request.parts.items():
                    if child.done() and not child.cancelled() and child.exception() is exc:
                        request.thrown = part.thrown
            # One error serves for all requests that were passed on before it was thrown.
            thrown = [number for number, request in enumerate(self.passed, 1) if request.thrown]
            served = max(thrown, default=0)
            for request in self.passed[:served]:
                request.thrown = True
            kept = self.passed[served:]
            if kept:
                Run.current.note_kept()
            self.due += kept
        self.passed.clear()
        self.go_on(exc)

    def _Task__step(self, exc=None):
        if self.due:
            self.serve_all()
            exc = self._make_cancelled_error()
        self.go_on(exc)

    def serve_all(self):
        for request in self.due + self.passed:
            request.thrown = True
        self.due.clear()

    def go_on(self, exc):
        self._fut_waiter = None
        tasks._enter_task(self._loop, self)
        try:
            self._Task__step_run_and_handle_result(exc)
        finally:
            tasks._leave_task(self._loop, self)

    def _Task__step_run_and_handle_result(self, exc):
        coro = self._coro
        try:
            result = coro.send(None) if exc is None else coro.throw(exc)
        except StopIteration as stop:
            futures._PyFuture.set_result(self, stop.value)
        except asyncio.CancelledError as error:
            self._cancelled_exc = error
            futures._PyFuture.cancel(self)
        except BaseException as error:
            futures._PyFuture.set_exception(self, error)
        else:
            if result is None:
                self._loop.call_soon(self._Task__step, context=self._context)
                return
            assert result is not self and result._asyncio_future_blocking
            result._asyncio_future_blocking = False
            result.add_done_callback(self._Task__wakeup, context=self._context)
            self._fut_waiter = result
            if self.due:
                *earlier, latest = self.due
                if self.cancel_wait(latest):
                    self.due.clear()
                    if latest in self.passed:
                        self.passed[-1:-1] = earlier
                    else:
                        for request in earlier:
                            request.thrown = True


class Owned:
    """The task as its timeout or group sees it, so that requests of different owners are told apart."""

    def __init__(self, task, owner):
        self.task = task
        self.owner = owner

    def cancel(self):
        if isinstance(self.task, LosslessTask):
            return self.task.cancel(owner=self.owner)
        return self.task.cancel()

    def uncancel(self):
        if isinstance(self.task, LosslessTask):
            return self.task.uncancel(self.owner)
        return self.task.uncancel()

    def cancelling(self):
        return self.task.cancelling()

    def done(self):
        return self.task.done()


enter_timeout = timeouts.Timeout.__aenter__


exit_timeout = timeouts.Timeout.__aexit__


async def enter_timeout_owned(self):
    await enter_timeout(self)
    self.due_before = list(getattr(self._task, "due", []))
    self._task = Owned(self._task, self)
    return self


async def exit_timeout_owned(self, exc_type, exc, traceback):
    """Where the error was thrown for a request from before as well, that is due again, unless it was the task's own."""
    try:
        return await exit_timeout(self, exc_type, exc, traceback)
    except TimeoutError:
        task = self._task.task
        for request in self.due_before:
            if request.thrown and task not in request.own and task.cancelling() > 0:
                request.thrown = False
                task.due.append(request)
        raise


timeouts.Timeout.__aenter__ = enter_timeout_owned
timeouts.Timeout.__aexit__ = exit_timeout_owned


class TaskGroup(taskgroups.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = Ordered()

    async def __aenter__(self):
        await super().__aenter__()
        self._parent_task = Owned(self._parent_task, self)
        return self


class Lock(asyncio.Lock):
    """Hands over to the first waiter that is not being cancelled.

    asyncio hands over to nobody while the first waiter has been cancelled and its turn is yet to come; in that turn it wakes
    the next. asyncio-ts lets a cancelled waiter leave at once, so the next goes on one iteration earlier.
    """

    def _wake_up_first(self):
        left = [waiter for waiter in self._waiters or () if not waiter.cancelled()]
        if left and not left[0].done():
            if Run.current.lossless:
                left[0].set_result(True)
                return
            if left[0] is not self._waiters[0]:
                Run.current.note_late("the first waiter for a lock was being cancelled as it was released")
        super()._wake_up_first()


asyncio.Lock = asyncio.locks.Lock = Lock


class Semaphore(asyncio.Semaphore):
    """Whose cancelled waiters wake nobody.

    Newcomers queue behind a waiter that has been woken, even if permits are free, and that one's turn wakes them. In asyncio
    the turn of a cancelled waiter does too, so they may go on an iteration earlier.
    """

    async def acquire(self):
        if not self.locked():
            self._value -= 1
            return True
        if self._waiters is None:
            self._waiters = collections.deque()
        waiter = self._get_loop().create_future()
        self._waiters.append(waiter)
        try:
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._value += 1
            while not Run.current.lossless and self._value > 0 and self._wake_up_next():
                Run.current.note_late("the turn of a cancelled waiter woke the next one for a semaphore")
            raise
        while self._value > 0 and self._wake_up_next():
            pass
        return True


class BoundedSemaphore(Semaphore, asyncio.BoundedSemaphore):
    pass


class ShieldOuter(asyncio.Future):
    """What `shield` gives. Lossless, it refuses a cancellation once what is inside is done."""

    inner = None

    def cancel(self, msg=None):
        if self.inner is not None and self.inner.done() and not self.done():
            if Run.current.lossless:
                return False
            Run.current.note_late("what is shielded was done")
        return super().cancel(msg)


def shield(awaitable):
    inner = tasks.ensure_future(awaitable)
    loop = asyncio.get_running_loop()
    make = loop.create_future
    made = []
    loop.create_future = lambda: made.append(ShieldOuter(loop=loop)) or made[-1]
    try:
        outer = asyncio.shield(inner)
    finally:
        loop.create_future = make
    if outer is not inner:
        done = inner._callbacks[-1][0]

        # Its callback cancels the outer future where the inner one was cancelled, which is not refused.
        def inner_done(future):
            outer.inner = None
            done(future)

        inner.remove_done_callback(done)
        inner.add_done_callback(inner_done)
        outer.inner = inner
    return outer


# ---- the interpreter ----


class ProgramError(Exception):
    pass


NAMES = {
    asyncio.TimeoutError: "TimeoutError",
    asyncio.QueueEmpty: "QueueEmpty",
    asyncio.QueueFull: "QueueFull",
    asyncio.QueueShutDown: "QueueShutDown",
    asyncio.BrokenBarrierError: "BrokenBarrierError",
    asyncio.InvalidStateError: "InvalidStateError",
    RuntimeError: "Error",
    ValueError: "Error",
}


def describe(value):
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(describe, value)) + "]"
    if isinstance(value, BaseExceptionGroup):
        return "Group" + describe(value.exceptions)
    if isinstance(value, asyncio.CancelledError):
        message = str(value.args[0]) if value.args and value.args[0] is not None else ""
        return f"Cancelled({message})"
    if isinstance(value, ProgramError):
        return str(value)
    if isinstance(value, BaseException):
        return NAMES.get(type(value)) or repr(value)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Frame:
    def __init__(self, name, timeout=None, group=None):
        self.name = name
        self.timeout = timeout
        self.group = group


class Interpreter:
    def __init__(self, program, task_class):
        Run.current = self
        self.program = program
        self.task_class = task_class
        self.lossless = task_class is LosslessTask
        self.late = {}
        self.kept = 0
        # The request that a gather is passing on to its children.
        self.gathered = None
        self.cancels = {}
        self.trace = []
        self.over = False
        self.eager = False
        self.registry = []
        self.waiting = {}
        self.loop = VirtualLoop()
        self.loop.set_task_factory(self.make_task)
        self.loop.set_exception_handler(self.report)

    def make_task(self, loop, coro, **options):
        eager, self.eager = self.eager, False
        task = self.task_class(coro, loop=loop, eager_start=eager, **options)
        task._log_destroy_pending = False
        return task

    def report(self, loop, context):
        error = context.get("exception")
        if "handle" in context and not self.over:
            self.trace.append(f"callback failed: {error!r}")

    def note_late(self, why):
        self.late[why] = self.late.get(why, 0) + 1

    def note_kept(self):
        self.kept += 1

    def note_cancel(self, task):
        waiter = task._fut_waiter
        ops = self.waiting.get(task)
        if task is asyncio.current_task(self.loop):
            what = "itself"
        elif not ops:
            what = "not begun"
        else:
            what = ops[-1] + (", arrived" if waiter is not None and waiter.done() else "")
        self.cancels[what] = self.cancels.get(what, 0) + 1

    def play(self):
        loop = self.loop
        try:
            loop.call_soon(self.start)
            loop.run_forever()
        finally:
            self.over = True
            # Only then does it close.
            events._set_running_loop(None)
            loop.close()
        return self.trace

    def start(self):
        sizes = self.program["sizes"]
        self.locks = [asyncio.Lock(), asyncio.Lock()]
        self.semaphores = [Semaphore(sizes["semaphore"]), BoundedSemaphore(sizes["bounded"])]
        self.events = [asyncio.Event(), asyncio.Event()]
        self.conditions = [asyncio.Condition(), asyncio.Condition(self.locks[0])]
        self.counters = [0, 0]
        self.barrier = asyncio.Barrier(sizes["parties"])
        self.queues = [
            asyncio.Queue(sizes["queue"]),
            asyncio.LifoQueue(sizes["queue"]),
            asyncio.PriorityQueue(sizes["queue"]),
        ]
        self.futures = [self.loop.create_future() for _ in range(3)]
        for body in self.program["tasks"]:
            self.spawn(body, Frame("start"), False, None)
        for timer in self.program["timers"]:
            self.loop.call_later(timer["delay"], self.run_callback, timer["body"], "timer")
        self.loop.call_later(QUIET, self.quiet, 0)

    def quiet(self, round):
        """Nothing but this timer is left: what still waits is helped on, a few times, and then cancelled."""
        left = [task for task in self.registry if not task.done()]
        self.log("end", round, " ".join(str(self.registry.index(task)) for task in left))
        if not left or round > MOST_ROUNDS:
            self.over = True
            self.loop.stop()
            return
        if round < HELPING_ROUNDS:
            self.help()
        else:
            for task in left:
                task.cancel()
        self.loop.call_later(QUIET, self.quiet, round + 1)

    def help(self):
        for event in self.events:
            event.set()
            event.clear()
        for index, future in enumerate(self.futures):
            if not future.done():
                future.set_result("help")
            self.futures[index] = self.loop.create_future()
        for queue in self.queues:
            try:
                queue.get_nowait() if queue.full() else queue.put_nowait(5)
            except asyncio.QueueShutDown:
                pass
        for one in self.locks + self.semaphores:
            if one.locked():
                try:
                    one.release()
                except (RuntimeError, ValueError):
                    pass

    def log(self, name, number, what):
        if self.over:
            return
        if len(self.trace) >= MOST_EVENTS:
            self.over = True
            self.loop.stop()
            return
        task = asyncio.current_task(self.loop)
        cancelling = "" if task is None else f" c={task.cancelling()}"
        self.trace.append(f"{name} {number} {what} | t={self.loop.now}{cancelling} {self.state()}")

    def state(self):
        flag = lambda value: "1" if value else "0"
        return " ".join(
            [
                "".join(flag(one.locked()) for one in self.locks + self.semaphores + self.conditions),
                "".join(flag(one.is_set()) for one in self.events),
                ",".join(str(queue.qsize()) for queue in self.queues),
                f"{self.barrier.n_waiting}{flag(self.barrier.broken)}",
                "".join(map(self.ending, self.futures)),
                "".join(map(self.ending, self.registry)),
            ]
        )

    def ending(self, future):
        if not future.done():
            return "."
        if future.cancelled():
            return "c"
        return "v" if future.exception() is None else "e"

    def register(self, task):
        if task not in self.registry:
            self.registry.append(task)

    def spawn(self, body, frame, eager, group):
        name = f"T{len(self.registry)}"
        coro = self.frame(body, Frame(name, None, frame.group))
        self.eager = eager
        try:
            task = (group or asyncio).create_task(coro)
        finally:
            self.eager = False
        self.register(task)
        return task

    async def frame(self, body, frame):
        """A coroutine of the program: what it returns is its name."""
        task = asyncio.current_task()
        self.register(task)
        ops = self.waiting.setdefault(task, [])
        ops.append("between")
        self.log(frame.name, "", "begins")
        try:
            await self.block(body, frame)
        except BaseException as error:
            self.log(frame.name, "", f"throws {describe(error)}")
            raise
        finally:
            ops.pop()
        self.log(frame.name, "", "returns")
        return frame.name

    async def block(self, statements, frame):
        """True if the frame is to return."""
        for statement in statements:
            if await self.execute(statement, frame):
                return True
        return False

    async def execute(self, statement, frame):
        op, number = statement["op"], statement["id"]
        self.log(frame.name, number, op)
        ops = self.waiting[asyncio.current_task()]
        ops.append(op)
        try:
            method = getattr(self, "do_" + op, None)
            if method is not None:
                outcome = await method(statement, frame)
            elif op in BEGINNINGS:
                outcome = self.perform(statement, frame)
            else:
                outcome = self.try_now(statement, frame)
        except BaseException as error:
            self.log(frame.name, number, f"{op}: {describe(error)}")
            raise
        finally:
            ops.pop()
        returned = outcome is RETURNED
        self.log(frame.name, number, f"{op}: {'returned' if returned else describe(outcome)}")
        return returned

    def run_callback(self, statements, name):
        for statement in statements:
            outcome = self.try_now(statement, Frame(name))
            self.log(name, statement["id"], f"{statement['op']}: {describe(outcome)}")

    # ---- what does not wait ----

    def try_now(self, statement, frame):
        """Misuse is an error that is logged and goes no further, or few programs would come far."""
        try:
            return self.perform(statement, frame)
        except Exception as error:
            return error

    def perform(self, statement, frame):
        return getattr(self, "now_" + statement["op"])(statement, frame)

    def now_cancel(self, statement, frame):
        task = self.registry[statement["task"] % len(self.registry)]
        message = statement["message"]
        done = task.cancel() if message is None else task.cancel(message)
        return [done, task.cancelling()]

    def now_uncancel(self, statement, frame):
        return self.registry[statement["task"] % len(self.registry)].uncancel()

    def now_setResult(self, statement, frame):
        self.futures[statement["future"]].set_result("value")

    def now_setError(self, statement, frame):
        self.futures[statement["future"]].set_exception(ProgramError(f"E{statement['id']}"))

    def now_cancelFuture(self, statement, frame):
        return self.futures[statement["future"]].cancel()

    def now_newFuture(self, statement, frame):
        self.futures[statement["future"]] = self.loop.create_future()

    def now_releaseLock(self, statement, frame):
        self.locks[statement["lock"]].release()

    def now_releaseSemaphore(self, statement, frame):
        self.semaphores[statement["semaphore"]].release()

    def now_setEvent(self, statement, frame):
        self.events[statement["event"]].set()

    def now_clearEvent(self, statement, frame):
        self.events[statement["event"]].clear()

    def now_notify(self, statement, frame):
        condition = self.conditions[statement["condition"]]
        self.counters[statement["condition"]] += 1
        if statement["count"] == 0:
            condition.notify_all()
        else:
            condition.notify(statement["count"])

    def now_putNowait(self, statement, frame):
        self.queues[statement["queue"]].put_nowait(statement["item"])

    def now_getNowait(self, statement, frame):
        return self.queues[statement["queue"]].get_nowait()

    def now_taskDone(self, statement, frame):
        self.queues[statement["queue"]].task_done()

    def now_shutdown(self, statement, frame):
        self.queues[statement["queue"]].shutdown(statement["immediate"])

    def now_spawn(self, statement, frame):
        self.spawn(statement["body"], frame, statement["eager"], None)

    def now_groupSpawn(self, statement, frame):
        if frame.group is None:
            return "no group"
        self.spawn(statement["body"], frame, statement["eager"], frame.group)

    def now_reschedule(self, statement, frame):
        if frame.timeout is None:
            return "no timeout"
        delay = statement["delay"]
        frame.timeout.reschedule(None if delay is None else self.loop.now + delay)

    def now_callSoon(self, statement, frame):
        self.loop.call_soon(self.run_callback, statement["body"], f"soon{statement['id']}")

    def now_callLater(self, statement, frame):
        self.loop.call_later(statement["delay"], self.run_callback, statement["body"], f"later{statement['id']}")

    def now_whenDone(self, statement, frame):
        task = self.registry[statement["task"] % len(self.registry)]
        task.add_done_callback(lambda task: self.log("done", statement["id"], self.ending(task)))

    def now_raise(self, statement, frame):
        raise ProgramError(f"E{statement['id']}")

    def now_return(self, statement, frame):
        return RETURNED

    # ---- what waits ----

    def later(self, number):
        """A task that was made after the one that runs, so that nobody waits in a circle."""
        first = self.registry.index(asyncio.current_task()) + 1
        if first == len(self.registry):
            return None
        return self.registry[first + number % (len(self.registry) - first)]

    def argument(self, argument, frame, name):
        if argument["kind"] == "body":
            return self.frame(argument["body"], Frame(name, None, frame.group))
        if argument["kind"] == "task":
            return self.later(argument["task"])
        return self.futures[argument["future"]]

    def arguments(self, statement, frame):
        given = [
            self.argument(argument, frame, f"{frame.name}/{statement['id']}.{index}")
            for index, argument in enumerate(statement["of"])
        ]
        return [one for one in given if one is not None]

    async def do_sleep(self, statement, frame):
        await asyncio.sleep(statement["delay"])

    async def do_awaitTask(self, statement, frame):
        task = self.later(statement["task"])
        return "nobody" if task is None else await task

    async def do_awaitFuture(self, statement, frame):
        return await self.futures[statement["future"]]

    async def do_call(self, statement, frame):
        return await self.frame(statement["body"], Frame(f"{frame.name}/{statement['id']}", None, frame.group))

    async def do_repeat(self, statement, frame):
        for _ in range(statement["times"]):
            if await self.block(statement["body"], frame):
                return RETURNED

    async def do_try(self, statement, frame):
        returned = False
        try:
            returned = await self.block(statement["body"], frame)
        except BaseException as error:
            catches = statement["catches"]
            cancelled = isinstance(error, asyncio.CancelledError)
            if catches == "nothing" or catches == ("errors" if cancelled else "cancellations"):
                raise
            self.log(frame.name, statement["id"], f"caught {describe(error)}")
            returned = await self.block(statement["handler"], frame)
            if statement["again"]:
                raise
        finally:
            if statement["last"]:
                self.log(frame.name, statement["id"], "finally")
                await self.block(statement["last"], frame)
        return RETURNED if returned else None

    async def do_gather(self, statement, frame):
        return await asyncio.gather(
            *self.arguments(statement, frame), return_exceptions=statement["returnExceptions"]
        )

    async def do_wait(self, statement, frame):
        awaited = []
        for one in self.arguments(statement, frame):
            future = asyncio.ensure_future(one)
            if not isinstance(one, asyncio.Future):
                self.register(future)
            awaited.append(future)
        if not awaited:
            return "nobody"
        done, pending = await asyncio.wait(
            awaited, timeout=statement["timeout"], return_when=statement["returnWhen"]
        )
        return [[awaited.index(one) for one in done], [awaited.index(one) for one in pending]]

    async def do_waitFor(self, statement, frame):
        one = self.arguments(statement, frame)
        return await asyncio.wait_for(one[0], statement["timeout"]) if one else "nobody"

    async def do_shield(self, statement, frame):
        one = self.arguments(statement, frame)
        return await shield(one[0]) if one else "nobody"

    async def do_asCompleted(self, statement, frame):
        results = []
        for following in AsCompleted(self.arguments(statement, frame), statement["timeout"]):
            try:
                results.append(await following)
            except (ProgramError, asyncio.TimeoutError) as error:
                results.append(error)
            self.log(frame.name, statement["id"], f"completed {describe(results[-1])}")
        return results

    async def do_timeout(self, statement, frame):
        scope = asyncio.timeout(statement["delay"])
        try:
            async with scope as timeout:
                returned = await self.block(statement["body"], Frame(frame.name, timeout, frame.group))
        finally:
            self.log(frame.name, statement["id"], f"expired {describe(scope.expired())}")
        return RETURNED if returned else None

    async def do_group(self, statement, frame):
        async with TaskGroup() as group:
            returned = await self.block(statement["body"], Frame(frame.name, frame.timeout, group))
        return RETURNED if returned else None

    async def do_withLock(self, statement, frame):
        return await self.within(self.locks[statement["lock"]], statement, frame)

    async def do_acquireLock(self, statement, frame):
        await self.locks[statement["lock"]].acquire()

    async def do_withSemaphore(self, statement, frame):
        return await self.within(self.semaphores[statement["semaphore"]], statement, frame)

    async def do_acquireSemaphore(self, statement, frame):
        await self.semaphores[statement["semaphore"]].acquire()

    async def do_withCondition(self, statement, frame):
        return await self.within(self.conditions[statement["condition"]], statement, frame)

    async def within(self, manager, statement, frame):
        async with manager:
            returned = await self.block(statement["body"], frame)
        return RETURNED if returned else None

    async def do_waitCondition(self, statement, frame):
        return await self.conditions[statement["condition"]].wait()

    async def do_waitForCondition(self, statement, frame):
        number = statement["condition"]
        return await self.conditions[number].wait_for(lambda: self.counters[number] >= statement["count"])

    async def do_waitEvent(self, statement, frame):
        return await self.events[statement["event"]].wait()

    async def do_waitBarrier(self, statement, frame):
        return await self.barrier.wait()

    async def do_withBarrier(self, statement, frame):
        async with self.barrier as position:
            self.log(frame.name, statement["id"], f"position {position}")
            returned = await self.block(statement["body"], frame)
        return RETURNED if returned else None

    async def do_resetBarrier(self, statement, frame):
        await self.barrier.reset()

    async def do_abortBarrier(self, statement, frame):
        await self.barrier.abort()

    async def do_put(self, statement, frame):
        await self.queues[statement["queue"]].put(statement["item"])

    async def do_get(self, statement, frame):
        return await self.queues[statement["queue"]].get()

    async def do_join(self, statement, frame):
        await self.queues[statement["queue"]].join()


RETURNED = object()
BEGINNINGS = {"spawn", "groupSpawn", "reschedule", "callSoon", "callLater", "raise", "return"}


def answer(program):
    plain = Interpreter(program, PlainTask)
    plain_trace = plain.play()
    lossless = Interpreter(program, LosslessTask)
    lossless_trace = lossless.play()
    if not plain.late and not lossless.kept and plain_trace != lossless_trace:
        first = next(i for i, (a, b) in enumerate(itertools.zip_longest(plain_trace, lossless_trace)) if a != b)
        lines = lambda trace: "\n".join(trace[max(0, first - 8) : first + 5])
        raise AssertionError(
            "nothing came too late, and the two kinds of task differ\n"
            f"plain:\n{lines(plain_trace)}\nlossless:\n{lines(lossless_trace)}"
        )
    return {
        "error": None,
        "trace": lossless_trace,
        "plain": plain_trace if plain.late else None,
        "late": plain.late,
        "cancels": plain.cancels,
        "tooLong": max(len(plain_trace), len(lossless_trace)) >= MOST_EVENTS,
    }


def main():
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda unraisable: None
    gc.disable()
    for count, line in enumerate(sys.stdin):
        try:
            result = answer(json.loads(line))
        except BaseException as error:
            import traceback

            result = {"error": "".join(traceback.format_exception(error))}
        print(json.dumps(result), flush=True)
        if count % 200 == 0:
            gc.collect()


if __name__ == "__main__":
    main()
