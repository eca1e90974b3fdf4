# A producer that never suspends fills the queue; two consumers share the items.
import asyncio


async def producer(queue, count):
    for item in range(count):
        await queue.put(item)
        print("put", item, "size", queue.qsize())
    await asyncio.sleep(0)
    await queue.put(count)
    print("put the last one")


async def consumer(queue, name, count):
    for _ in range(count):
        print(name, "asks")
        item = await queue.get()
        print(name, "got", item, "size", queue.qsize())


async def main():
    queue = asyncio.Queue()
    tasks = [
        asyncio.create_task(consumer(queue, "a", 2)),
        asyncio.create_task(consumer(queue, "b", 2)),
        asyncio.create_task(producer(queue, 3)),
    ]
    for task in tasks:
        await task
    print("empty:", str(queue.empty()).lower())


asyncio.run(main())
