# wait_for cancels what it waits for, and waits until that has ended.
import asyncio


async def slow(name):
    try:
        print(name, "starts")
        await asyncio.sleep(10)
    finally:
        print(name, "cleans up")
        await asyncio.sleep(0.01)
        print(name, "is clean")


async def never(name):
    print(name, "never runs")


async def main():
    try:
        await asyncio.wait_for(slow("coroutine"), 0.01)
    except TimeoutError:
        print("the coroutine timed out")
    task = asyncio.create_task(slow("task"))
    try:
        await asyncio.wait_for(task, 0.01)
    except TimeoutError:
        print("the task timed out, cancelled:", str(task.cancelled()).lower())
    try:
        await asyncio.wait_for(never("no time"), 0)
    except TimeoutError:
        print("no time at all")
    print("main cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
