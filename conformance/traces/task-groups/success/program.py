# The group's end waits for every child.
import asyncio


async def worker(name, rounds):
    for step in range(rounds):
        print(name, "step", step)
        await asyncio.sleep(0)
    return name


async def main():
    async with asyncio.TaskGroup() as group:
        long = group.create_task(worker("long", 3))
        short = group.create_task(worker("short", 1))
        print("body created both")
        await asyncio.sleep(0)
        print("body ends, short done:", str(short.done()).lower())
    print("group ended, long done:", str(long.done()).lower())
    print("results", long.result(), short.result())
    async with asyncio.TaskGroup() as group:
        print("an empty group")
    print("does not wait")


asyncio.run(main())
