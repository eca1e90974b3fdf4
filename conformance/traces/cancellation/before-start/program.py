# A task cancelled before its first step never runs its body.
import asyncio


async def worker(name):
    print(name, "never runs")


async def main():
    task = asyncio.create_task(worker("task"))
    task.add_done_callback(lambda done: print("callback, cancelled:", str(done.cancelled()).lower()))
    print("cancel", str(task.cancel()).lower(), "cancelling", task.cancelling())
    print("done at once:", str(task.done()).lower())
    await asyncio.sleep(0)
    print("done after one iteration:", str(task.done()).lower())
    try:
        await task
    except asyncio.CancelledError:
        print("main sees the cancellation, cancelling", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("cancel when done", str(task.cancel()).lower())


asyncio.run(main())
