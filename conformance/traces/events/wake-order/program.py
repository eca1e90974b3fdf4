# An event wakes its waiters in the order of their waiting, among other ready tasks.
import asyncio


async def waiter(event, name):
    await event.wait()
    print(name, "wakes")
    await asyncio.sleep(0)
    print(name, "goes on")


async def setter(event):
    print("setter sets")
    event.set()
    print("setter goes on")
    await asyncio.sleep(0)
    print("setter ends")


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(event, "one")), asyncio.create_task(waiter(event, "two"))]
    tasks.append(asyncio.create_task(setter(event)))
    tasks.append(asyncio.create_task(waiter(event, "after the set")))
    print("main waits")
    await event.wait()
    print("main wakes")
    for task in tasks:
        await task


asyncio.run(main())
