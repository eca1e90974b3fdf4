# An error climbs five levels in one step, except where a finally block awaits.
import asyncio


async def fail(name, depth):
    try:
        if depth == 5:
            await asyncio.sleep(0)
            print(name, "raises")
            raise ValueError(name + " broke")
        await fail(name, depth + 1)
    finally:
        if depth == 3:
            print(name, "cleans up slowly at", depth)
            await asyncio.sleep(0)
        print(name, "cleaned up", depth)


async def guarded(name):
    try:
        await fail(name, 1)
    except ValueError as error:
        print("caught:", error)
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    tasks = [asyncio.create_task(guarded(name)) for name in ("left", "right")]
    ticks = asyncio.create_task(ticker(5))
    for task in tasks:
        print("joined", await task)
    await ticks


asyncio.run(main())
