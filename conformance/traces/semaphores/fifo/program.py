# Two at a time, the rest in the order of their asking.
import asyncio


async def worker(semaphore, name, rounds):
    print(name, "asks")
    async with semaphore:
        print(name, "enters")
        for _ in range(rounds):
            await asyncio.sleep(0)
        print(name, "leaves")


async def main():
    semaphore = asyncio.Semaphore(2)
    tasks = [
        asyncio.create_task(worker(semaphore, "a", 3)),
        asyncio.create_task(worker(semaphore, "b", 1)),
        asyncio.create_task(worker(semaphore, "c", 1)),
        asyncio.create_task(worker(semaphore, "d", 0)),
        asyncio.create_task(worker(semaphore, "e", 1)),
    ]
    for task in tasks:
        await task
    print("locked:", str(semaphore.locked()).lower())


asyncio.run(main())
