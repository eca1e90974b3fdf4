# A cancelled waiter is gone when the event is set.
import asyncio


async def waiter(event, name):
    try:
        await event.wait()
        print(name, "wakes")
    except asyncio.CancelledError:
        print(name, "is cancelled, set:", str(event.is_set()).lower())


async def main():
    event = asyncio.Event()
    tasks = {name: asyncio.create_task(waiter(event, name)) for name in ("one", "two", "three")}
    await asyncio.sleep(0.01)
    tasks["two"].cancel()
    await asyncio.sleep(0)
    print("two is done:", str(tasks["two"].done()).lower())
    event.set()
    await tasks["one"]
    await tasks["three"]
    print("set stays set:", str(event.is_set()).lower())


asyncio.run(main())
