# wait_for() looks again after each notify, until its predicate holds.
import asyncio


async def consumer(condition, stock, name, wanted):
    async with condition:
        def enough():
            print(name, "looks:", len(stock), "of", wanted)
            return len(stock) >= wanted

        await condition.wait_for(enough)
        del stock[:wanted]
        print(name, "takes", wanted)


async def producer(condition, stock):
    for item in range(4):
        async with condition:
            stock.append(item)
            print("producer adds", item)
            condition.notify_all()
        await asyncio.sleep(0.01)


async def main():
    condition = asyncio.Condition()
    stock = []
    tasks = [
        asyncio.create_task(consumer(condition, stock, "greedy", 3)),
        asyncio.create_task(consumer(condition, stock, "modest", 1)),
        asyncio.create_task(producer(condition, stock)),
    ]
    for task in tasks:
        await task
    print("left", len(stock))


asyncio.run(main())
