# Each party gets its number; who comes while the barrier empties waits for the next filling.
import asyncio


async def party(barrier, name):
    print(name, "comes")
    async with barrier as position:
        print(name, "is number", position)
        await asyncio.sleep(0)
    print(name, "is gone")


async def main():
    barrier = asyncio.Barrier(2)
    tasks = [asyncio.create_task(party(barrier, "party %d" % number)) for number in range(6)]
    for task in tasks:
        await task
    print("waiting", barrier.n_waiting)


asyncio.run(main())
