# Asynchronous iteration gives the tasks themselves.
import asyncio


async def worker(name, rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    print(name, "ends")
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(7))
    one = asyncio.create_task(worker("one", 3))
    two = asyncio.create_task(worker("two", 1))
    three = asyncio.create_task(worker("three", 1))
    async for task in asyncio.as_completed([one, two, three]):
        print("first task:", str(task is one).lower(), "result", await task)
    print("loop ends")
    async for task in asyncio.as_completed([three]):
        print("finished before:", await task)
    await ticks


asyncio.run(main())
