"""Measures one program of a topic, as measure.ts does, and prints what it found as a line of JSON."""

import json
import os
import sys
import time


class Timed:
    """An outcome of which only a part was measured, in seconds."""

    def __init__(self, done, seconds):
        self.done = done
        self.seconds = seconds


class Value:
    """An outcome that measures something other than time per operation, in the unit of the case."""

    def __init__(self, done, value):
        self.done = done
        self.value = value


def percentile(samples, fraction):
    samples = sorted(samples)
    position = (len(samples) - 1) * fraction
    below = samples[int(position)]
    above = samples[min(int(position) + 1, len(samples) - 1)]
    return below + (above - below) * (position - int(position))


def resident():
    """Bytes of memory that the process has."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def check(size, outcome):
    done = outcome if isinstance(outcome, int) else outcome.done
    if done != size:
        raise RuntimeError(f"{done} operations were done instead of {size}")


def once(program, size):
    """Runs the program once; gives its seconds or its value."""
    start = time.perf_counter()
    outcome = program(size)
    seconds = time.perf_counter() - start
    check(size, outcome)
    if isinstance(outcome, Value):
        return outcome
    return outcome.seconds if isinstance(outcome, Timed) else seconds


def repeated(program, size, milliseconds, iterations):
    samples = []
    end = time.perf_counter() + milliseconds / 1000
    while len(samples) < iterations or time.perf_counter() < end:
        samples.append(once(program, size))
    return samples


def write(samples):
    print(json.dumps({"samples": samples}), flush=True)
    os._exit(0)


def report(size, outcome):
    """For a program that measures its own value, and has so much alive that it should end without tidying up."""
    check(size, outcome)
    write([outcome.value])


def main(programs):
    """`programs` are named by topic and case. Arguments: topic/case, size, and the effort as JSON."""
    name, size, effort = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    program = programs[name]
    first = once(program, size)
    if isinstance(first, Value):
        write([first.value])
    repeated(program, size, effort["warmupTime"], effort["warmupIterations"] - 1)
    seconds = repeated(program, size, effort["time"], effort["iterations"])
    write([each * 1e9 / size for each in seconds])
