# Who asks while a woken waiter is on its way queues behind it.
import asyncio


async def waiter(semaphore, name):
    print(name, "asks")
    await semaphore.acquire()
    print(name, "has it")
    semaphore.release()


async def main():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    first = asyncio.create_task(waiter(semaphore, "first"))
    second = asyncio.create_task(waiter(semaphore, "second"))
    await asyncio.sleep(0)
    newcomer = asyncio.create_task(waiter(semaphore, "newcomer"))
    semaphore.release()
    print("main released, locked:", str(semaphore.locked()).lower())
    await semaphore.acquire()
    print("main has it again")
    await asyncio.sleep(0)
    semaphore.release()
    for task in (first, second, newcomer):
        await task
    print("locked:", str(semaphore.locked()).lower())


asyncio.run(main())
