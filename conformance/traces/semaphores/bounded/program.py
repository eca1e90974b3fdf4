# A bounded semaphore refuses a release too many; what it guards goes on.
import asyncio


async def worker(semaphore, name):
    async with semaphore:
        print(name, "enters")
        await asyncio.sleep(0.01)
        print(name, "leaves")


async def main():
    semaphore = asyncio.BoundedSemaphore(1)
    try:
        semaphore.release()
    except ValueError:
        print("released too often")
    one = asyncio.create_task(worker(semaphore, "one"))
    two = asyncio.create_task(worker(semaphore, "two"))
    await one
    await two
    try:
        semaphore.release()
    except ValueError:
        print("released too often again, locked:", str(semaphore.locked()).lower())


asyncio.run(main())
