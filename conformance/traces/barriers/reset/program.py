# reset() sends the waiters away; the barrier can be used at once.
import asyncio


async def party(barrier, name):
    try:
        print(name, "waits")
        position = await barrier.wait()
        print(name, "passes as", position)
    except asyncio.BrokenBarrierError:
        print(name, "is sent away, broken:", str(barrier.broken).lower())


async def main():
    barrier = asyncio.Barrier(3)
    early = [asyncio.create_task(party(barrier, name)) for name in ("one", "two")]
    await asyncio.sleep(0.01)
    print("waiting", barrier.n_waiting)
    await barrier.reset()
    print("reset, broken:", str(barrier.broken).lower())
    for task in early:
        await task
    print("waiting", barrier.n_waiting)
    again = [asyncio.create_task(party(barrier, name)) for name in ("three", "four", "five")]
    for task in again:
        await task
    print("waiting", barrier.n_waiting)


asyncio.run(main())
