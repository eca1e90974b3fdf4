# The first error goes out at once; the siblings go on.
import asyncio


async def worker(name, delay):
    print(name, "starts")
    await asyncio.sleep(delay)
    if name.startswith("bad"):
        print(name, "fails")
        raise ValueError(name)
    print(name, "ends")
    return name


async def main():
    good = asyncio.create_task(worker("good", 0.03))
    worse = asyncio.create_task(worker("bad two", 0.05))
    try:
        await asyncio.gather(good, worker("bad one", 0.01), worse)
    except ValueError as error:
        print("gather raised", error)
    print("good done:", str(good.done()).lower(), "cancelling", good.cancelling())
    print("good gave", await good)
    try:
        await worse
    except ValueError as error:
        print("the second error stayed with its task:", error)


asyncio.run(main())
