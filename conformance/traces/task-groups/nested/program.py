# An inner group fails: its error climbs through the outer one.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def failing(name):
    await asyncio.sleep(0.01)
    print(name, "raises")
    raise ValueError(name)


async def inner():
    async with asyncio.TaskGroup() as group:
        group.create_task(worker("inner worker"))
        group.create_task(failing("inner failing"))
        print("inner body ends")


def flatten(error):
    if isinstance(error, ExceptionGroup):
        return "[" + " ".join(flatten(one) for one in error.exceptions) + "]"
    return str(error)


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("outer worker"))
            group.create_task(inner())
            print("outer body ends")
    except ExceptionGroup as error:
        print("caught", flatten(error))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("second worker"))
            await inner()
    except ExceptionGroup as error:
        print("caught", flatten(error))


asyncio.run(main())
