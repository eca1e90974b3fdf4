# Recursive helpers suspend at every level, on the way in and on the way out.
import asyncio


async def level(name, depth):
    print(name, "enters", depth)
    await asyncio.sleep(0)
    if depth < 5:
        await level(name, depth + 1)
    else:
        print(name, "is at the bottom")
    if depth % 2 == 1:
        await asyncio.sleep(0)
    print(name, "leaves", depth)


async def main():
    first = asyncio.create_task(level("first", 1))
    await asyncio.sleep(0)
    second = asyncio.create_task(level("second", 2))
    third = asyncio.create_task(level("third", 4))
    await third
    print("main joined third")
    await second
    print("main joined second")
    await first
    print("main joined first")


asyncio.run(main())
