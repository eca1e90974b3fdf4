# Callbacks and tasks share one queue.
import asyncio


async def worker(name):
    print(name, "starts")
    asyncio.get_running_loop().call_soon(print, "soon from", name)
    await asyncio.sleep(0)
    print(name, "ends")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "soon", 1)
    first = asyncio.create_task(worker("first"))
    loop.call_soon(print, "soon", 2)
    dropped = loop.call_soon(print, "never printed")
    second = asyncio.create_task(worker("second"))
    loop.call_soon(print, "soon", 3)
    dropped.cancel()
    print("dropped is cancelled:", str(dropped.cancelled()).lower())
    await asyncio.sleep(0)
    print("main after one iteration")
    await first
    await second
    print("main ends")


asyncio.run(main())
