# A timer that is due already joins after the handles that are ready.
import asyncio


async def worker(name):
    print(name, "runs")
    await asyncio.sleep(0)
    print(name, "ends")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0, print, "later with no delay")
    loop.call_soon(print, "soon")
    loop.call_at(loop.time() - 1, print, "at a time that has passed")
    task = asyncio.create_task(worker("worker"))
    print("main suspends")
    await asyncio.sleep(0)
    print("main after one iteration")
    await task
    print("main joined the worker")
    await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
