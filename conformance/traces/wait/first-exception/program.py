# wait with FIRST_EXCEPTION returns at an error, not at a result or a cancellation.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name, "ends")
    if name == "bad":
        raise ValueError("went bad")
    return name


async def main():
    good = asyncio.create_task(worker("good", 0.01))
    victim = asyncio.create_task(worker("victim", 0.9))
    bad = asyncio.create_task(worker("bad", 0.05))
    late = asyncio.create_task(worker("late", 0.07))
    asyncio.get_running_loop().call_later(0.03, victim.cancel)
    done, pending = await asyncio.wait([late, bad, victim, good], return_when=asyncio.FIRST_EXCEPTION)
    print("done", len(done), "pending", len(pending))
    print("error", bad.exception(), "victim cancelled:", str(victim.cancelled()).lower())
    print("late is pending:", str(late in pending).lower())
    done, pending = await asyncio.wait([late, good], return_when=asyncio.FIRST_EXCEPTION)
    print("done", len(done), "pending", len(pending))


asyncio.run(main())
