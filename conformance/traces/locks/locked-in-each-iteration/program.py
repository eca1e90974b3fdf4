# What locked() says in each iteration, while the lock goes from hand to hand.
import asyncio


async def worker(lock, name, rounds):
    await lock.acquire()
    print(name, "has it")
    for _ in range(rounds):
        await asyncio.sleep(0)
    lock.release()
    print(name, "released")


async def watcher(lock, count):
    for turn in range(count):
        print("iteration", turn, "locked:", str(lock.locked()).lower())
        await asyncio.sleep(0)


async def main():
    lock = asyncio.Lock()
    one = asyncio.create_task(worker(lock, "one", 1))
    watching = asyncio.create_task(watcher(lock, 7))
    two = asyncio.create_task(worker(lock, "two", 0))
    three = asyncio.create_task(worker(lock, "three", 2))
    for task in (one, two, three, watching):
        await task
    print("locked:", str(lock.locked()).lower())


asyncio.run(main())
