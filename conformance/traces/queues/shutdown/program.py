# shutdown() fails the putters at once, lets the getters drain, then fails them too.
import asyncio


async def getter(queue, name):
    try:
        while True:
            print(name, "got", await queue.get())
            await asyncio.sleep(0)
    except asyncio.QueueShutDown:
        print(name, "sees the shutdown")


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.QueueShutDown:
        print("no more room for", item)


async def main():
    queue = asyncio.Queue(2)
    tasks = [asyncio.create_task(putter(queue, item)) for item in ("one", "two", "three")]
    await asyncio.sleep(0)
    queue.shutdown()
    print("shut down, size", queue.qsize())
    tasks.append(asyncio.create_task(getter(queue, "first")))
    tasks.append(asyncio.create_task(getter(queue, "second")))
    for task in tasks:
        await task
    idle = asyncio.Queue()
    waiting = asyncio.create_task(getter(idle, "waiting"))
    await asyncio.sleep(0)
    idle.shutdown()
    print("shut down the idle queue")
    await waiting
    await putter(idle, "late")


asyncio.run(main())
