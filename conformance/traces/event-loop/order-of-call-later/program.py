# call_later, call_at and sleeping tasks run in the order of their deadlines.
import asyncio


async def sleeper():
    await asyncio.sleep(0.18)
    print("task at 180")


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    loop.call_later(0.36, print, "later at 360")
    loop.call_at(start + 0.12, print, "at 120")
    task = asyncio.create_task(sleeper())
    loop.call_later(0.06, print, "later at 60")
    dropped = loop.call_later(0.24, print, "never printed")
    loop.call_at(start + 0.3, print, "at 300")
    print("deadlines in order:", str(loop.call_later(10, print, "x").when() > dropped.when()).lower())
    await task
    dropped.cancel()
    print("main cancels a later one:", str(dropped.cancelled()).lower())
    await asyncio.sleep(0.24)
    print("main at 420")


asyncio.run(main())
