# A recursion that suspends in each leaf, run by two tasks at once.
import asyncio


async def count(name, size, path):
    if size < 2:
        print(name, "leaf", path)
        await asyncio.sleep(0)
        return 1
    left = await count(name, size - 1, path + "l")
    right = await count(name, size - 2, path + "r")
    print(name, "node", path, "has", left + right)
    return left + right


async def main():
    small = asyncio.create_task(count("small", 3, "."))
    large = asyncio.create_task(count("large", 4, "."))
    print("small", await small)
    print("large", await large)


asyncio.run(main())
