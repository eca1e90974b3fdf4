# The first failing child cancels its sibling and the body.
import asyncio


async def worker(name):
    try:
        print(name, "starts")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise
    finally:
        print(name, "ends")


async def failing():
    await asyncio.sleep(0.01)
    print("failing raises")
    raise ValueError("failed")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("sibling"))
            group.create_task(failing())
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                print("the body is cancelled, cancelling", asyncio.current_task().cancelling())
                raise
    except ExceptionGroup as errors:
        print("caught", *[str(error) for error in errors.exceptions])
    print("main cancelling", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("main ends")


asyncio.run(main())
