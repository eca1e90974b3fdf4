# uncancel() counts down, and withdraws a request that was not delivered yet.
import asyncio


async def worker(name):
    task = asyncio.current_task()
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelling", task.cancelling())
        print(name, "uncancel", task.uncancel())
    await asyncio.sleep(0)
    print(name, "lives on, cancelling", task.cancelling())
    task.cancel()
    task.cancel()
    print(name, "asked twice, cancelling", task.cancelling())
    print(name, "uncancel", task.uncancel())
    print(name, "uncancel", task.uncancel())
    print(name, "uncancel", task.uncancel())
    await asyncio.sleep(0.01)
    print(name, "was not interrupted")
    return name


async def main():
    task = asyncio.create_task(worker("worker"))
    await asyncio.sleep(0)
    task.cancel()
    print("main cancels")
    await asyncio.sleep(0)
    print("main goes on, cancelling", task.cancelling())
    print("main got", await task)


asyncio.run(main())
