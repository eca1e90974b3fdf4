"""Run asyncio programs on virtual time, so that what they print does not depend on the speed of the machine.

Those of REAL_TIME wait for sockets, and run in real time.

    python3 conformance/virtual_time.py conformance/traces/locks/fifo/program.py ...

Prints a JSON object: for each program, by its path as given, what it has printed to stdout and stderr. Each runs in a
process of its own. The event loop is asyncio's; only its clock differs: when nothing is ready, it jumps to the next
timer.
"""

import asyncio
import contextlib
import io
import json
import math
import multiprocessing
import pathlib
import runpy
import selectors
import sys
import traceback

# The topics whose programs wait for the world outside, as test/traces.test.ts has them.
REAL_TIME = {"streams"}

# The time goes on a little whenever somebody looks, as it does in reality: of two timers of the same length the one
# that was set first is due first.
TICK = 1e-8


class VirtualSelector(selectors.DefaultSelector):
    """Skips the time in which it would have waited, in whole milliseconds, as epoll waits."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout is not None and timeout > 0:
            self.now += math.ceil(timeout * 1e3) / 1e3
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.clock = VirtualSelector()
        super().__init__(self.clock)

    def time(self):
        self.clock.now += TICK
        return self.clock.now


def run(program, connection):
    """Run one program, and send what it printed."""
    if pathlib.Path(program).parent.parent.name not in REAL_TIME:
        asyncio.new_event_loop = asyncio.events.new_event_loop = VirtualLoop
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(program, run_name="__main__")
        except Exception:
            traceback.print_exc()
    connection.send({"out": out.getvalue(), "err": err.getvalue()})


def main():
    fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if fork else "spawn")
    printed = {}
    for program in sys.argv[1:]:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(program, sender))
        process.start()
        sender.close()
        try:
            result = receiver.recv()
        except EOFError:
            result = {"out": "", "err": "the process died"}
        process.join()
        printed[program] = result
    print(json.dumps(printed))


if __name__ == "__main__":
    main()
