# A child that is cancelled makes the gather raise CancelledError, the caller is not cancelled.
import asyncio


async def worker(name, delay):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise
    print(name, "ends")
    return name


async def main():
    victim = asyncio.create_task(worker("victim", 10))
    other = asyncio.create_task(worker("other", 0.1))
    asyncio.get_running_loop().call_later(0.02, victim.cancel)
    try:
        await asyncio.gather(other, victim)
    except asyncio.CancelledError:
        print("gather was cancelled, main cancelling", asyncio.current_task().cancelling())
    print("other done:", str(other.done()).lower())
    print("other gave", await other)


asyncio.run(main())
