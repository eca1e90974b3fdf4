# Children make children; the group waits for the last descendant.
import asyncio


async def node(group, name, depth):
    print(name, "starts")
    if depth > 0:
        group.create_task(node(group, name + ".l", depth - 1))
        group.create_task(node(group, name + ".r", depth - 1))
        print(name, "has spawned")
    await asyncio.sleep(0)
    print(name, "ends")


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(node(group, "root", 2))
        print("body ends")
    print("group ended")
    try:
        unborn = node(group, "late", 0)
        group.create_task(unborn)
    except RuntimeError:
        print("a finished group takes no task")
        unborn.close()


asyncio.run(main())
