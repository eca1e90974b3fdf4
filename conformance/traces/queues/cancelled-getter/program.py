# A cancelled getter or putter loses no item.
import asyncio


async def getter(queue, name):
    try:
        print(name, "got", await queue.get())
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.CancelledError:
        print("putting", item, "is cancelled")
        raise


async def main():
    queue = asyncio.Queue(1)
    first = asyncio.create_task(getter(queue, "first"))
    second = asyncio.create_task(getter(queue, "second"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    queue.put_nowait("one")
    await second
    print("first cancelled:", str(first.cancelled()).lower())
    queue.put_nowait("two")
    stopped = asyncio.create_task(putter(queue, "three"))
    patient = asyncio.create_task(putter(queue, "four"))
    await asyncio.sleep(0)
    stopped.cancel()
    await asyncio.sleep(0)
    print("main got", queue.get_nowait())
    await patient
    print("main got", await queue.get(), "size", queue.qsize())


asyncio.run(main())
