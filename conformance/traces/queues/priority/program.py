# A priority queue gives the smallest item that is there when the getter looks.
import asyncio


async def getter(queue, name, count):
    for _ in range(count):
        print(name, "got", await queue.get())


async def main():
    queue = asyncio.PriorityQueue(4)
    waiting = asyncio.create_task(getter(queue, "early", 2))
    await asyncio.sleep(0)
    for number in (5, 2, 8):
        await queue.put(number)
        print("put", number, "size", queue.qsize())
    await waiting
    for number in (7, 1, 9):
        queue.put_nowait(number)
    print("full:", str(queue.full()).lower())
    late = asyncio.create_task(queue.put(0))
    await asyncio.sleep(0)
    await getter(queue, "main", 2)
    await late
    await getter(queue, "main", 3)
    print("empty:", str(queue.empty()).lower())


asyncio.run(main())
