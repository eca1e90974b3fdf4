# The same coroutine or task given twice runs once.
import asyncio


async def worker(name):
    print(name, "runs")
    await asyncio.sleep(0)
    print(name, "ends")
    return name


async def main():
    same = worker("coroutine")
    task = asyncio.create_task(worker("task"))
    results = await asyncio.gather(same, task, same, worker("other"), task)
    print("results", *results)
    print("a finished one again", *await asyncio.gather(task, task))


asyncio.run(main())
