# Waiters get the lock in the order in which they asked.
import asyncio


async def worker(lock, name):
    print(name, "asks")
    async with lock:
        print(name, "has it")
        await asyncio.sleep(0)
        print(name, "gives it back")
    print(name, "is out")


async def main():
    lock = asyncio.Lock()
    tasks = [asyncio.create_task(worker(lock, name)) for name in ("a", "b", "c")]
    await lock.acquire()
    print("main has it first")
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(worker(lock, "d")))
    print("main releases")
    lock.release()
    for task in tasks:
        await task
    print("locked:", str(lock.locked()).lower())


asyncio.run(main())
