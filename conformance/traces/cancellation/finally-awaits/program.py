# A finally block may await; others run meanwhile, and joiners wait for it.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "closes slowly")
        await asyncio.sleep(0.06)
        print(name, "is closed")


async def watcher():
    for step in range(3):
        print("watcher", step)
        await asyncio.sleep(0.03 if step == 0 else 0.06)
    print("watcher ends")


async def main():
    task = asyncio.create_task(worker("worker"))
    await asyncio.sleep(0)
    watching = asyncio.create_task(watcher())
    task.cancel()
    print("main waits for the worker")
    try:
        await task
    except asyncio.CancelledError:
        print("worker cancelled:", str(task.cancelled()).lower())
    await watching
    print("main ends")


asyncio.run(main())
