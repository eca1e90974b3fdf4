# set() followed by clear() still wakes those who waited, and only those.
import asyncio


async def waiter(event, name):
    print(name, "waits")
    await event.wait()
    print(name, "wakes, set:", str(event.is_set()).lower())


async def main():
    event = asyncio.Event()
    early = [asyncio.create_task(waiter(event, name)) for name in ("one", "two")]
    await asyncio.sleep(0)
    event.set()
    event.clear()
    late = asyncio.create_task(waiter(event, "late"))
    print("set and cleared")
    for task in early:
        await task
    print("late done:", str(late.done()).lower())
    await asyncio.sleep(0.01)
    event.set()
    print("set again")
    await event.wait()
    print("waiting for a set event does not suspend, late done:", str(late.done()).lower())
    await late


asyncio.run(main())
