# wait with FIRST_COMPLETED, again and again, until nothing is pending.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name, "ends")
    return name


async def main():
    pending = {
        asyncio.create_task(worker("slow", 0.07)),
        asyncio.create_task(worker("fast", 0.01)),
        asyncio.create_task(worker("middle", 0.04)),
    }
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        print("done", *[task.result() for task in done], "pending", len(pending))
    finished = asyncio.create_task(worker("zero", 0))
    await finished
    other = asyncio.create_task(worker("other", 0.01))
    done, pending = await asyncio.wait([other, finished], return_when=asyncio.FIRST_COMPLETED)
    print("at once", *[task.result() for task in done], "pending", len(pending))
    await other


asyncio.run(main())
