# notify_all() wakes all; a newcomer that asks for the lock takes its place in the line.
import asyncio


async def consumer(condition, name):
    async with condition:
        await condition.wait()
        print(name, "has the lock")
        await asyncio.sleep(0)
    print(name, "is out")


async def newcomer(condition):
    print("newcomer asks")
    async with condition:
        print("newcomer has the lock")


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(consumer(condition, name)) for name in ("one", "two", "three")]
    await asyncio.sleep(0)
    async with condition:
        condition.notify_all()
        tasks.append(asyncio.create_task(newcomer(condition)))
        print("main has notified all")
    print("main has released")
    for task in tasks:
        await task
    async with condition:
        condition.notify_all()
        print("nobody waits any more")


asyncio.run(main())
