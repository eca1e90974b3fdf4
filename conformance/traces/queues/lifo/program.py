# A LIFO queue gives the newest item.
import asyncio


async def stacker(queue):
    for item in ("a", "b", "c"):
        await queue.put(item)
        print("stacked", item)
    await asyncio.sleep(0.01)
    await queue.put("d")
    print("stacked d")


async def main():
    queue = asyncio.LifoQueue(3)
    stacking = asyncio.create_task(stacker(queue))
    await asyncio.sleep(0)
    print("main got", await queue.get())
    queue.put_nowait("x")
    print("main got", queue.get_nowait(), queue.get_nowait(), queue.get_nowait())
    print("main waits for more")
    print("main got", await queue.get())
    await stacking


asyncio.run(main())
