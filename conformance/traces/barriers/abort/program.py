# abort() breaks the barrier until it is reset; a cancelled waiter leaves it whole.
import asyncio


async def party(barrier, name):
    try:
        await barrier.wait()
        print(name, "passes")
    except asyncio.BrokenBarrierError:
        print(name, "finds it broken")
    except asyncio.CancelledError:
        print(name, "is cancelled, broken:", str(barrier.broken).lower())


async def main():
    barrier = asyncio.Barrier(2)
    victim = asyncio.create_task(party(barrier, "victim"))
    await asyncio.sleep(0.01)
    victim.cancel()
    await victim
    print("waiting", barrier.n_waiting)
    waiting = asyncio.create_task(party(barrier, "waiting"))
    await asyncio.sleep(0.01)
    await barrier.abort()
    print("aborted, broken:", str(barrier.broken).lower())
    await waiting
    await party(barrier, "late")
    await barrier.reset()
    print("reset, broken:", str(barrier.broken).lower())
    pair = [asyncio.create_task(party(barrier, name)) for name in ("left", "right")]
    for task in pair:
        await task


asyncio.run(main())
