# join() ends one iteration after the last task_done().
import asyncio


async def worker(queue, name):
    while True:
        item = await queue.get()
        print(name, "works on", item)
        await asyncio.sleep(0)
        print(name, "has done", item)
        queue.task_done()


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    queue = asyncio.Queue()
    for item in range(4):
        queue.put_nowait(item)
    workers = [asyncio.create_task(worker(queue, name)) for name in ("a", "b")]
    ticks = asyncio.create_task(ticker(5))
    await queue.join()
    print("everything is done")
    await queue.join()
    print("join again does not wait")
    for task in workers:
        task.cancel()
    await ticks
    print("cancelled:", *[str(task.cancelled()).lower() for task in workers])
    try:
        queue.task_done()
    except ValueError:
        print("task_done too often")


asyncio.run(main())
