# With return_exceptions, errors and cancellations are results.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name, "wakes")
    if name == "bad":
        raise ValueError("went bad")
    return name


def show(result):
    if isinstance(result, asyncio.CancelledError):
        return "(cancelled)"
    if isinstance(result, Exception):
        return "(error " + str(result) + ")"
    return result


async def main():
    victim = asyncio.create_task(worker("victim", 0.07))
    whole = asyncio.gather(worker("good", 0.05), worker("bad", 0.01), victim, return_exceptions=True)
    await asyncio.sleep(0.03)
    print("main cancels the victim")
    victim.cancel()
    results = await whole
    print("results", *[show(result) for result in results])


asyncio.run(main())
