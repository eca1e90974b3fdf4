# A free lock is taken without suspending, by as many as come one after the other.
import asyncio


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def critical(lock, name):
    async with lock:
        print(name, "inside, locked:", str(lock.locked()).lower())
    return name


async def main():
    lock = asyncio.Lock()
    ticks = asyncio.create_task(ticker(3))
    for name in ("one", "two", "three"):
        print("left", await critical(lock, name))
    print("no tick so far")
    try:
        async with lock:
            raise ValueError("inside")
    except ValueError:
        print("released by an error, locked:", str(lock.locked()).lower())
    try:
        lock.release()
    except RuntimeError:
        print("a free lock can't be released")
    await ticks


asyncio.run(main())
