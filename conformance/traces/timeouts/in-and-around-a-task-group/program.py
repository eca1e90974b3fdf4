# A child's timeout fails the group; a timeout around the group cancels it as a whole.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def limited(name):
    async with asyncio.timeout(0.01):
        await worker(name)


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("sibling"))
            group.create_task(limited("limited"))
    except ExceptionGroup as errors:
        print("group failed with a timeout:", str(isinstance(errors.exceptions[0], TimeoutError)).lower())
    try:
        async with asyncio.timeout(0.01):
            async with asyncio.TaskGroup() as group:
                group.create_task(worker("child"))
                print("body ends")
    except TimeoutError:
        print("the whole group timed out")
    print("cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
