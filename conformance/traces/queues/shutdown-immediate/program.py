# An immediate shutdown drops the items and lets join() end.
import asyncio


async def joiner(queue):
    print("joiner waits")
    await queue.join()
    print("joiner is through, size", queue.qsize())


async def putter(queue, item):
    try:
        await queue.put(item)
    except asyncio.QueueShutDown:
        print("no room for", item)


async def main():
    queue = asyncio.Queue(2)
    queue.put_nowait("one")
    queue.put_nowait("two")
    joining = asyncio.create_task(joiner(queue))
    putting = asyncio.create_task(putter(queue, "three"))
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    print("shut down, size", queue.qsize())
    await joining
    await putting
    try:
        await queue.get()
    except asyncio.QueueShutDown:
        print("nothing to get")


asyncio.run(main())
