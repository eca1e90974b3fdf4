# Sleepers wake in the order of their deadlines, whatever the order of their creation.
import asyncio


async def sleeper(name, delay):
    print(name, "lies down")
    value = await asyncio.sleep(delay, name + " slept")
    print(value)
    await asyncio.sleep(0.06)
    print(name, "gets up")


async def main():
    tasks = [
        asyncio.create_task(sleeper("long", 0.3)),
        asyncio.create_task(sleeper("short", 0.05)),
        asyncio.create_task(sleeper("middle", 0.2)),
    ]
    print("main waits")
    for task in tasks:
        await task
    print("all up")


asyncio.run(main())
