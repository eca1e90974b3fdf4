# How many iterations lie between the end of the last child and the caller's going on.
import asyncio


async def worker(name, rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    print(name, "ends")
    return rounds


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(7))
    both = asyncio.gather(worker("one", 1), worker("two", 2))
    print("gather made, not awaited")
    await asyncio.sleep(0)
    print("main after one iteration, done:", str(both.done()).lower())
    print("sum", sum(await both))
    task = asyncio.create_task(worker("three", 0))
    print("sum", sum(await asyncio.gather(task, worker("four", 0))))
    await ticks


asyncio.run(main())
