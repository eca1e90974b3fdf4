# Helpers that never suspend run to their end, however many there are.
import asyncio


async def noop():
    return None


async def layered(depth):
    await noop()
    if depth > 0:
        await layered(depth - 1)
    await noop()


async def busy(name):
    print(name, "begins")
    for turn in range(3):
        await layered(5)
        print(name, "did layer", turn)
    await asyncio.sleep(0)
    print(name, "suspended once")
    await layered(5)
    print(name, "ends")


async def main():
    tasks = [asyncio.create_task(busy(name)) for name in ("one", "two", "three")]
    await layered(3)
    print("main has not suspended yet")
    for task in tasks:
        await task
    print("main ends")


asyncio.run(main())
