# The inner task's end comes through a shield: result, error, cancellation.
import asyncio


async def inner(name, rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    print(name, "ends")
    if name == "bad":
        raise ValueError("went bad")
    return name


async def ticker(count):
    for tick in range(count):
        print("tick", tick)
        await asyncio.sleep(0)


async def main():
    ticks = asyncio.create_task(ticker(9))
    print("result", await asyncio.shield(inner("good", 1)))
    try:
        await asyncio.shield(inner("bad", 0))
    except ValueError as error:
        print("error", error)
    task = asyncio.create_task(inner("victim", 99))
    asyncio.get_running_loop().call_soon(task.cancel)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("cancelled, main cancelling", asyncio.current_task().cancelling())
    await ticks
    finished = asyncio.create_task(inner("finished", 0))
    await finished
    print("a finished one", await asyncio.shield(finished))


asyncio.run(main())
