# Locks, nested in a fixed order, and a barrier of futures: who eats when.
import asyncio


async def philosopher(name, left, right, rounds):
    for turn in range(rounds):
        print(name, "thinks", turn)
        await asyncio.sleep(0)
        async with left:
            print(name, "has one fork")
            async with right:
                print(name, "eats", turn)
                await asyncio.sleep(0)
    print(name, "is full")


async def main():
    forks = [asyncio.Lock() for _ in range(3)]
    tasks = [
        asyncio.create_task(philosopher("ada", forks[0], forks[1], 2)),
        asyncio.create_task(philosopher("ben", forks[1], forks[2], 2)),
        asyncio.create_task(philosopher("cleo", forks[0], forks[2], 2)),
    ]
    for task in tasks:
        await task
    print("forks taken:", *[str(fork.locked()).lower() for fork in forks])


asyncio.run(main())
