"""Records what random reads of CPython's asyncio.StreamReader return.

`record.py` writes recorded.jsonl anew: a line for each seed, with the limit of the reader, the steps, and the log of
what CPython did. `record.py FIRST COUNT` prints such lines, for the seeds from FIRST on, and writes nothing.

A step is [turns, name, ...arguments]. `turns` is the number of iterations of the loop after it. The log has an entry for
each step: the outcome of the read if it has ended by then, which shows also how many iterations it takes; and after
iterations, unless the stream has failed, `p` if the source is paused, or `e` at the end of the stream. replay.ts runs
the steps with this library.

Steps are chosen while they run. Not chosen is what differs on purpose: a cancellation that comes after the bytes, one
of `read(-1)` (both lose bytes in CPython), a failure after bytes that were too few (CPython waits on), and a second read
while there are bytes (CPython lets it take them).
"""

import asyncio
import json
import pathlib
import random
import sys

SEEDS = 300
STEPS = 24
ALPHABET = "aab;\r\n\n"
SEPARATORS = [
    ["\n"],
    [";"],
    ["\r\n"],
    ["aab"],
    ["abaab"],
    ["a", "aa"],
    ["\n", "\r\n"],
    ["b;", ";a", "a"],
    ["ab", "b\n", "aab\n"],
]


class Broken(Exception):
    pass


class Source:
    """What a reader sees of a transport."""

    paused = False

    def pause_reading(self):
        self.paused = True

    def resume_reading(self):
        self.paused = False


class Run:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.limit = self.choose([1, 2, 3, 5, 8, 1000])
        self.source = Source()
        self.reader = asyncio.StreamReader(self.limit)
        self.reader.set_transport(self.source)
        self.reading = None
        self.method = ""
        self.settled = True
        self.ended = False
        self.failed = False
        self.steps = []
        self.log = []

    def choose(self, values):
        return values[int(self.random.random() * len(values))]

    def text(self):
        return "".join(self.choose(ALPHABET) for _ in range(self.choose([0, 1, 1, 2, 3, 5, 8, 13])))

    def pick(self):
        """Returns the name and the arguments of the next step."""
        kind = self.random.random()
        waits = self.reading is not None
        if waits and self.settled and kind < 0.08 and self.method != "read all":
            return ["cancel"]
        if waits and self.settled and kind < 0.12 and not self.reader._buffer:
            return ["second"]
        if kind < 0.14 and not self.failed and (not waits or self.settled or self.method == "read"):
            return ["fail"]
        if kind < 0.17 and not self.ended:
            return ["end"]
        if not waits:
            return self.choose(
                [
                    ["read", self.choose([0, 1, 2, 5, 9])],
                    ["read", self.choose([1, 2, 5, 9])],
                    ["read all"],
                    ["readexactly", self.choose([0, 1, 2, 5, 9, 20])],
                    ["readline"],
                    ["next"],
                    ["readuntil", self.choose(SEPARATORS)],
                    ["readuntil", self.choose(SEPARATORS)],
                ]
            )
        return ["feed", self.text()] if not self.ended else ["rest"]

    def start(self, name, *arguments):
        reader = self.reader
        if name == "read all":
            return reader.read()
        if name == "readuntil":
            separators = tuple(each.encode() for each in arguments[0])
            return reader.readuntil(separators[0] if len(separators) == 1 else separators)
        if name == "next":
            return reader.__anext__()
        return getattr(reader, name)(*arguments)

    async def step(self, turns, name, *arguments):
        self.steps.append([turns, name, *arguments])
        outcome = ""
        if name == "feed":
            self.reader.feed_data(arguments[0].encode())
        elif name == "end":
            self.ended = True
            self.reader.feed_eof()
        elif name == "fail":
            self.failed = True
            self.reader.set_exception(Broken())
        elif name == "cancel":
            self.reading.cancel()
        elif name == "second":
            outcome = await outcome_of(self.reader.read(1)) + " "
        elif name != "rest":
            self.method = name
            self.reading = asyncio.ensure_future(self.start(name, *arguments))
        self.settled = turns > 0
        for _ in range(turns):
            await asyncio.sleep(0)
        if self.reading is not None and self.reading.done():
            outcome += await outcome_of(self.reading)
            self.reading = None
        marks = ""
        if turns > 0 and not self.failed:
            if self.source.paused and not self.ended:
                marks = "p"
            if self.reader.at_eof():
                marks = "e"
        self.log.append(outcome + marks)

    async def run(self):
        for _ in range(STEPS):
            await self.step(self.choose([0, 1, 1, 2]), *self.pick())
        # Nothing may be lost: the rest is there to be read.
        if self.reading is not None:
            await self.step(3, "end")
        if not self.ended:
            await self.step(3, "end")
        await self.step(3, "read all")
        return json.dumps(
            {"seed": self.seed, "limit": self.limit, "steps": self.steps, "log": self.log},
            separators=(",", ":"),
        )


async def outcome_of(reading):
    try:
        return json.dumps((await reading).decode())
    except StopAsyncIteration:
        return "StopAsyncIteration"
    except asyncio.IncompleteReadError as error:
        expected = "" if error.expected is None else error.expected
        return f"IncompleteReadError {json.dumps(error.partial.decode())} {expected}"
    except asyncio.LimitOverrunError as error:
        return f"LimitOverrunError {error.consumed}"
    except BaseException as error:
        return type(error).__name__


async def record(first, count):
    return [await Run(seed).run() for seed in range(first, first + count)]


if len(sys.argv) > 1:
    for line in asyncio.run(record(int(sys.argv[1]), int(sys.argv[2]))):
        print(line)
else:
    lines = asyncio.run(record(0, SEEDS))
    pathlib.Path(__file__).with_name("recorded.jsonl").write_text("\n".join(lines) + "\n")
