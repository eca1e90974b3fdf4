# Between release and the waiter's waking, a newcomer may not jump the queue.
import asyncio


async def waiter(lock):
    print("waiter asks")
    await lock.acquire()
    print("waiter has it")
    await asyncio.sleep(0)
    lock.release()
    print("waiter released, locked:", str(lock.locked()).lower())


async def newcomer(lock):
    print("newcomer asks, locked:", str(lock.locked()).lower())
    await lock.acquire()
    print("newcomer has it")
    lock.release()


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    first = asyncio.create_task(waiter(lock))
    await asyncio.sleep(0)
    second = asyncio.create_task(newcomer(lock))
    lock.release()
    print("main released and asks again")
    await lock.acquire()
    print("main has it")
    lock.release()
    await first
    await second
    print("locked:", str(lock.locked()).lower())


asyncio.run(main())
