# A cancellation unwinds five levels within one step.
import asyncio


async def level(name, depth):
    try:
        if depth == 5:
            print(name, "sleeps at the bottom")
            await asyncio.sleep(10)
        await level(name, depth + 1)
    except asyncio.CancelledError:
        print(name, "cancelled at", depth)
        raise
    finally:
        print(name, "finally at", depth)


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    one = asyncio.create_task(level("one", 1))
    two = asyncio.create_task(level("two", 3))
    await asyncio.sleep(0)
    ticks = asyncio.create_task(ticker(4))
    two.cancel()
    one.cancel()
    print("asked")
    for task in (one, two):
        try:
            await task
        except asyncio.CancelledError:
            print("joined")
    await ticks


asyncio.run(main())
