"""Import and first run of one system, whose name is the argument; milliseconds, as a line of JSON."""

import sys
import time

started = time.perf_counter()


async def main():
    return 1


if sys.argv[1] == "trio":
    import trio

    trio.run(main)
elif sys.argv[1] == "uvloop":
    import asyncio

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
else:
    import asyncio

    asyncio.run(main())

print(f'{{"samples": [{(time.perf_counter() - started) * 1000}]}}')
