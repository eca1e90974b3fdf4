# Five plain functions deep, a step still ends before the next task's step begins.
import asyncio


async def level_five(name):
    print(name, "level 5 before")
    await asyncio.sleep(0)
    print(name, "level 5 after")
    return 5


async def level_four(name):
    value = await level_five(name)
    print(name, "level 4")
    return value + 4


async def level_three(name):
    value = await level_four(name)
    print(name, "level 3")
    return value + 3


async def level_two(name):
    value = await level_three(name)
    print(name, "level 2")
    return value + 2


async def level_one(name):
    value = await level_two(name)
    print(name, "level 1")
    return value + 1


async def worker(name):
    print(name, "first total", await level_one(name))
    print(name, "second total", await level_one(name))


async def main():
    tasks = [asyncio.create_task(worker(name)) for name in ("a", "b", "c")]
    print("main total", await level_one("main"))
    for task in tasks:
        await task
    print("main ends")


asyncio.run(main())
