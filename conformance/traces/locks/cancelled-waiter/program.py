# A waiter that is cancelled leaves the queue; the next one moves up.
import asyncio


async def worker(lock, name):
    try:
        async with lock:
            print(name, "has it")
            await asyncio.sleep(0.01)
            print(name, "is done")
    except asyncio.CancelledError:
        print(name, "is cancelled, locked:", str(lock.locked()).lower())
        raise


async def main():
    lock = asyncio.Lock()
    holder = asyncio.create_task(worker(lock, "holder"))
    second = asyncio.create_task(worker(lock, "second"))
    third = asyncio.create_task(worker(lock, "third"))
    fourth = asyncio.create_task(worker(lock, "fourth"))
    await asyncio.sleep(0)
    print("main cancels second")
    second.cancel()
    await asyncio.sleep(0)
    print("second cancelled:", str(second.cancelled()).lower())
    print("main cancels the holder")
    holder.cancel()
    await third
    await fourth
    print("holder cancelled:", str(holder.cancelled()).lower(), "locked:", str(lock.locked()).lower())


asyncio.run(main())
