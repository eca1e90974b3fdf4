# A cancelled waiter takes no permit with it.
import asyncio


async def worker(semaphore, name):
    try:
        await semaphore.acquire()
        print(name, "acquired")
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def main():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    first = asyncio.create_task(worker(semaphore, "first"))
    second = asyncio.create_task(worker(semaphore, "second"))
    third = asyncio.create_task(worker(semaphore, "third"))
    await asyncio.sleep(0)
    first.cancel()
    print("main cancelled first")
    await asyncio.sleep(0)
    print("locked:", str(semaphore.locked()).lower())
    semaphore.release()
    print("main released")
    await second
    third.cancel()
    await asyncio.sleep(0)
    semaphore.release()
    print("third cancelled:", str(third.cancelled()).lower(), "locked:", str(semaphore.locked()).lower())


asyncio.run(main())
