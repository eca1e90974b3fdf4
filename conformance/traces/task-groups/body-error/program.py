# An error in the body cancels the children; it is the last in the group.
import asyncio


async def worker(name, rounds, fails):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        for _ in range(rounds):
            await asyncio.sleep(0)
        print(name, "ends")
        if fails:
            raise ValueError(name + " failed in its clean-up")
        raise


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("one", 2, False))
            group.create_task(worker("two", 1, True))
            await asyncio.sleep(0.01)
            print("the body raises")
            raise ValueError("body")
    except ExceptionGroup as errors:
        for error in errors.exceptions:
            print("caught", error)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("never started", 0, True))
            raise ValueError("body at once")
    except ExceptionGroup as errors:
        print("caught", *[str(error) for error in errors.exceptions])
    print("main ends")


asyncio.run(main())
