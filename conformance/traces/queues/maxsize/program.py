# A full queue holds its putters back; each get lets one in.
import asyncio


async def producer(queue, name, items):
    for item in items:
        print(name, "puts", item, "full:", str(queue.full()).lower())
        await queue.put(item)
    print(name, "is done")


async def main():
    queue = asyncio.Queue(2)
    tasks = [
        asyncio.create_task(producer(queue, "left", ["l1", "l2", "l3"])),
        asyncio.create_task(producer(queue, "right", ["r1", "r2"])),
    ]
    await asyncio.sleep(0)
    try:
        queue.put_nowait("more")
    except asyncio.QueueFull:
        print("full, size", queue.qsize())
    while not all(task.done() for task in tasks) or not queue.empty():
        print("main got", await queue.get(), "size", queue.qsize())
        await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
