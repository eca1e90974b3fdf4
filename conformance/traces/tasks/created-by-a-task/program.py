# A task made by a task queues behind the tasks that are ready already.
import asyncio


async def leaf(name):
    print(name, "runs")
    await asyncio.sleep(0)
    print(name, "ends")


async def branch(name):
    print(name, "forks")
    left = asyncio.create_task(leaf(name + ".left"))
    right = asyncio.create_task(leaf(name + ".right"))
    print(name, "has forked")
    await right
    print(name, "joined right, left done:", str(left.done()).lower())
    await left
    print(name, "joined left")


async def main():
    first = asyncio.create_task(branch("first"))
    second = asyncio.create_task(branch("second"))
    third = asyncio.create_task(leaf("third"))
    await third
    print("main joined third")
    await first
    print("main joined first")
    await second
    print("main joined second")


asyncio.run(main())
