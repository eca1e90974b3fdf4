# A task that cancels itself goes on until it suspends.
import asyncio


async def worker(name):
    print(name, "cancels itself:", str(asyncio.current_task().cancel()).lower())
    print(name, "still runs, cancelling", asyncio.current_task().cancelling())
    try:
        await asyncio.sleep(0.05)
        print("never printed")
    except asyncio.CancelledError:
        print(name, "is cancelled where it suspended")
        await asyncio.sleep(0)
        print(name, "may await in its handler")
        raise


async def ender(name):
    asyncio.current_task().cancel()
    print(name, "returns without suspending")
    return name


async def main():
    task = asyncio.create_task(worker("worker"))
    quick = asyncio.create_task(ender("ender"))
    for turn in range(5):
        print("main", turn, "worker:", str(task.done()).lower(), "ender:", str(quick.done()).lower())
        await asyncio.sleep(0)
    print("worker cancelled:", str(task.cancelled()).lower())


asyncio.run(main())
