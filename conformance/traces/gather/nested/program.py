# Gathers within gathers: each level adds its turns.
import asyncio


async def leaf(name, rounds):
    for step in range(rounds):
        print(name, "step", step)
        await asyncio.sleep(0)
    return name


async def pair(name):
    values = await asyncio.gather(leaf(name + ".1", 1), leaf(name + ".2", 2))
    print(name, "has", *values)
    return "+".join(values)


async def main():
    values = await asyncio.gather(
        pair("a"),
        leaf("b", 3),
        asyncio.gather(leaf("c", 1), pair("d")),
    )
    print(values[0], values[1], *values[2])


asyncio.run(main())
