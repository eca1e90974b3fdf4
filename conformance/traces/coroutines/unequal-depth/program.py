# Tasks of depth 0, 3 and 6 take the same number of steps: depth costs no turn.
import asyncio


async def bottom(name):
    for step in range(3):
        print(name, "step", step)
        await asyncio.sleep(0)
    return name


async def descend(name, depth):
    if depth == 0:
        return await bottom(name)
    value = await descend(name, depth - 1)
    print(name, "back at", depth)
    return value


async def main():
    deep = asyncio.create_task(descend("deep", 6))
    middle = asyncio.create_task(descend("middle", 3))
    flat = asyncio.create_task(descend("flat", 0))
    print("joined", await flat)
    print("joined", await middle)
    print("joined", await deep)


asyncio.run(main())
