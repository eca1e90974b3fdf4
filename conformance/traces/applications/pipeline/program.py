# Source, doubler and sink over two bounded queues, without a timer.
import asyncio


async def source(target):
    for item in range(5):
        print("source sends", item)
        await target.put(item)
    target.shutdown()
    print("source ends")


async def doubler(origin, target):
    while True:
        try:
            item = await origin.get()
        except asyncio.QueueShutDown:
            break
        print("doubler takes", item)
        await target.put(item * 2)
    target.shutdown()
    print("doubler ends")


async def sink(origin):
    total = 0
    while True:
        try:
            item = await origin.get()
        except asyncio.QueueShutDown:
            return total
        print("sink takes", item)
        total += item


async def main():
    raw = asyncio.Queue(1)
    doubled = asyncio.Queue(2)
    results = await asyncio.gather(sink(doubled), doubler(raw, doubled), source(raw))
    print("total", results[0])


asyncio.run(main())
