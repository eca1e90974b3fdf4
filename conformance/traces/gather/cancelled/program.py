# Cancelling the task that awaits a gather cancels every child.
import asyncio


async def worker(name):
    try:
        print(name, "starts")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def quick(name):
    print(name, "ends")
    return name


async def parent():
    try:
        await asyncio.gather(worker("one"), quick("two"), worker("three"))
    except asyncio.CancelledError:
        print("parent is cancelled")
        raise


async def main():
    task = asyncio.create_task(parent())
    await asyncio.sleep(0.01)
    print("main cancels the parent")
    task.cancel()
    for turn in range(4):
        await asyncio.sleep(0)
        print("iteration", turn, "parent done:", str(task.done()).lower())
    print("parent cancelled:", str(task.cancelled()).lower())
    both = asyncio.gather(worker("four"), worker("five"))
    await asyncio.sleep(0)
    print("main cancels the gather", str(both.cancel()).lower())
    try:
        await both
    except asyncio.CancelledError:
        print("gather cancelled, main cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
