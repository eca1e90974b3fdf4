# Cancelling the parent, in the body and at the join, cancels the child first.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "cleans up")
        await asyncio.sleep(0)
        print(name, "ends")


async def parent(name, lingers):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker(name + ".child"))
            if lingers:
                await asyncio.sleep(10)
            print(name, "body ends")
    except asyncio.CancelledError:
        print(name, "is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    for name, lingers in (("body", True), ("join", False)):
        task = asyncio.create_task(parent(name, lingers))
        await asyncio.sleep(0.01)
        print("main cancels", name)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            print(name, "joined, cancelled:", str(task.cancelled()).lower())


asyncio.run(main())
