# A cancellation from elsewhere goes through a timeout as what it is.
import asyncio


async def worker(name, limit):
    try:
        async with asyncio.timeout(limit) as scope:
            await asyncio.sleep(10)
    except TimeoutError:
        print(name, "never timed out")
    except asyncio.CancelledError as error:
        print(name, "is cancelled:", error, "expired:", str(scope.expired()).lower())
        raise


async def swallower(name):
    try:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                print(name, "swallows the timeout's cancellation")
            await asyncio.sleep(0.01)
            print(name, "ends its body")
    except TimeoutError:
        print(name, "timed out")
    print(name, "lives on, cancelling", asyncio.current_task().cancelling())


async def main():
    task = asyncio.create_task(worker("worker", 5))
    await asyncio.sleep(0.01)
    task.cancel("by main")
    try:
        await task
    except asyncio.CancelledError:
        print("joined, cancelling", task.cancelling())
    await asyncio.create_task(swallower("swallower"))


asyncio.run(main())
