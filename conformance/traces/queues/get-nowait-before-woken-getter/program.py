# A get_nowait may take the item meant for a woken getter, which then waits on.
import asyncio


async def getter(queue, name):
    print(name, "waits")
    item = await queue.get()
    print(name, "got", item)


async def main():
    queue = asyncio.Queue()
    first = asyncio.create_task(getter(queue, "first"))
    second = asyncio.create_task(getter(queue, "second"))
    await asyncio.sleep(0)
    queue.put_nowait("one")
    print("main put one, size", queue.qsize())
    print("main takes it back:", queue.get_nowait())
    await asyncio.sleep(0)
    try:
        queue.get_nowait()
    except asyncio.QueueEmpty:
        print("nothing left, first done:", str(first.done()).lower())
    queue.put_nowait("two")
    await asyncio.sleep(0)
    print("first done:", str(first.done()).lower(), "second done:", str(second.done()).lower())
    await queue.put("three")
    await first
    await second
    print("size", queue.qsize())


asyncio.run(main())
