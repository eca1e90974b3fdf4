# Two conditions over one lock: a hand-over between readers and writers.
import asyncio


async def writer(room, full, slots, items):
    for item in items:
        async with room:
            while len(slots) >= 1:
                print("writer waits for room")
                await room.wait()
            slots.append(item)
            print("writer puts", item)
            full.notify()


async def reader(room, full, slots, count):
    for _ in range(count):
        async with full:
            while not slots:
                print("reader waits for an item")
                await full.wait()
            print("reader takes", slots.pop())
            room.notify()


async def main():
    lock = asyncio.Lock()
    room = asyncio.Condition(lock)
    full = asyncio.Condition(lock)
    slots = []
    reading = asyncio.create_task(reader(room, full, slots, 3))
    writing = asyncio.create_task(writer(room, full, slots, ["x", "y", "z"]))
    await writing
    print("writer is done")
    await reading
    print("reader is done")


asyncio.run(main())
