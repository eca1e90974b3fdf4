# Errors are listed in the order in which the children ended.
import asyncio


async def failing(name, rounds):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        for _ in range(rounds):
            await asyncio.sleep(0)
        print(name, "raises")
        raise ValueError(name)


async def trigger():
    await asyncio.sleep(0.01)
    raise ValueError("trigger")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("slow", 5))
            group.create_task(failing("quick", 1))
            group.create_task(trigger())
            group.create_task(failing("middle", 3))
    except ExceptionGroup as errors:
        print("order of the errors:", *[str(error) for error in errors.exceptions])


asyncio.run(main())
