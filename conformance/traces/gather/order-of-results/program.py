# Results come in the order of the arguments, whoever ends first.
import asyncio


async def worker(name, delay):
    print(name, "starts")
    await asyncio.sleep(delay)
    print(name, "ends")
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    results = await asyncio.gather(worker("slow", 0.05), worker("fast", 0.01), worker("middle", 0.03))
    print("results", *results)
    print("and once more, with ticks")
    results = await asyncio.gather(worker("zero", 0), ticker(3), worker("naught", 0))
    print("results", results[0], results[2])


asyncio.run(main())
