# Cancelling a task that awaits a task goes down to the innermost, and comes back up.
import asyncio


async def inner(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled first")
        raise


async def link(name, task):
    try:
        await task
    except asyncio.CancelledError:
        print(name, "is cancelled, its task:", str(task.cancelled()).lower())
        raise


async def main():
    bottom = asyncio.create_task(inner("bottom"))
    middle = asyncio.create_task(link("middle", bottom))
    top = asyncio.create_task(link("top", middle))
    bystander = asyncio.create_task(link("bystander", bottom))
    await asyncio.sleep(0.01)
    print("cancel top", str(top.cancel()).lower())
    for turn in range(5):
        await asyncio.sleep(0)
        print("iteration", turn, "middle:", str(middle.done()).lower(), "top:", str(top.done()).lower())
    print("bottom cancelling", bottom.cancelling(), "middle cancelling", middle.cancelling())
    print("bystander cancelling", bystander.cancelling(), "cancelled:", str(bystander.cancelled()).lower())


asyncio.run(main())
