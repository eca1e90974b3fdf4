# A wait that times out throws nothing and cancels nothing.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name, "ends")


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    quick = asyncio.create_task(worker("quick", 0.01))
    slow = asyncio.create_task(worker("slow", 0.05))
    done, pending = await asyncio.wait([quick, slow], timeout=0.03)
    print("quick done:", str(quick in done).lower(), "slow pending:", str(slow in pending).lower())
    print("slow cancelling", slow.cancelling())
    done, pending = await asyncio.wait([quick, slow])
    print("done", len(done), "pending", len(pending))
    ticks = asyncio.create_task(ticker(2))
    done, pending = await asyncio.wait([slow, quick])
    print("all were done: no tick before this line", len(done))
    await ticks


asyncio.run(main())
