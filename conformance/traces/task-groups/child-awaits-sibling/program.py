# A child that awaits its sibling passes its cancellation on: the sibling is cancelled twice.
import asyncio


async def waiter(siblings):
    try:
        await siblings[0]
    except asyncio.CancelledError:
        print("waiter is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


async def sleeper():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("sleeper is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


async def failing():
    await asyncio.sleep(0.01)
    print("failing raises")
    raise ValueError("failed")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            siblings = []
            group.create_task(waiter(siblings))
            siblings.append(group.create_task(sleeper()))
            group.create_task(failing())
    except ExceptionGroup as errors:
        print("caught", *[str(error) for error in errors.exceptions])


asyncio.run(main())
