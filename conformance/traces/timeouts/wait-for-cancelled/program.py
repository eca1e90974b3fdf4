# Cancelling the task that waits, and cancelling what it waits for.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def parent(name, child):
    try:
        await asyncio.wait_for(child, 5)
    except asyncio.CancelledError:
        print(name, "is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    child = asyncio.create_task(worker("child"))
    task = asyncio.create_task(parent("parent", child))
    await asyncio.sleep(0.01)
    print("main cancels the parent")
    task.cancel()
    await asyncio.wait([task])
    print("child:", str(child.cancelled()).lower(), "parent:", str(task.cancelled()).lower())
    child = asyncio.create_task(worker("second child"))
    task = asyncio.create_task(parent("second parent", child))
    await asyncio.sleep(0.01)
    print("main cancels the child")
    child.cancel()
    await asyncio.wait([task])
    print("child:", str(child.cancelled()).lower(), "parent:", str(task.cancelled()).lower())


asyncio.run(main())
