# Cancelling the one who awaits a shield leaves the inner task running.
import asyncio


async def inner(name):
    try:
        await asyncio.sleep(0.05)
        print(name, "ends")
        return name
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def outer(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("outer is cancelled, inner done:", str(task.done()).lower())
        raise


async def main():
    task = asyncio.create_task(inner("inner"))
    waiting = asyncio.create_task(outer(task))
    await asyncio.sleep(0.01)
    waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        print("outer cancelled:", str(waiting.cancelled()).lower(), "inner cancelling", task.cancelling())
    print("inner gave", await task)
    try:
        async with asyncio.timeout(0.01):
            await asyncio.shield(second := asyncio.create_task(inner("second")))
    except TimeoutError:
        print("timed out, second done:", str(second.done()).lower())
    print("second gave", await second)


asyncio.run(main())
