# Iterations from the end of the last child to the end of the group.
import asyncio


async def worker(name, rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    print(name, "ends")


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(10))
    async with asyncio.TaskGroup() as group:
        group.create_task(worker("one", 1))
        group.create_task(worker("two", 2))
        print("body ends")
    print("first group ended")
    async with asyncio.TaskGroup() as group:
        done = group.create_task(worker("three", 0))
        await done
        print("body has joined its child")
    print("second group ended")
    async with asyncio.TaskGroup() as group:
        group.create_task(worker("four", 1))
        await asyncio.sleep(0)
        print("third body ends")
    print("third group ended")
    await ticks


asyncio.run(main())
