# Three releases at once wake three, in order; locked() stays true while somebody waits.
import asyncio


async def worker(semaphore, name):
    await semaphore.acquire()
    print(name, "acquired, locked:", str(semaphore.locked()).lower())


async def main():
    semaphore = asyncio.Semaphore(0)
    print("locked:", str(semaphore.locked()).lower())
    tasks = [asyncio.create_task(worker(semaphore, name)) for name in ("a", "b", "c", "d")]
    await asyncio.sleep(0)
    semaphore.release()
    print("released one, locked:", str(semaphore.locked()).lower())
    semaphore.release()
    semaphore.release()
    print("released three, locked:", str(semaphore.locked()).lower())
    late = asyncio.create_task(worker(semaphore, "late"))
    await asyncio.sleep(0)
    print("main after one iteration, locked:", str(semaphore.locked()).lower())
    semaphore.release()
    semaphore.release()
    semaphore.release()
    await late
    for task in tasks:
        await task
    print("main ends, locked:", str(semaphore.locked()).lower())


asyncio.run(main())
