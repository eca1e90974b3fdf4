# A task that swallows its cancellation lives on and gives its result.
import asyncio


async def stubborn(name):
    for attempt in range(3):
        try:
            print(name, "attempt", attempt)
            await asyncio.sleep(0.01 if attempt == 2 else 10)
            print(name, "slept through")
        except asyncio.CancelledError:
            print(name, "swallows, cancelling", asyncio.current_task().cancelling())
    return name + " result"


async def main():
    task = asyncio.create_task(stubborn("stubborn"))
    for turn in range(2):
        await asyncio.sleep(0.01)
        print("main cancels", turn)
        task.cancel()
        await asyncio.sleep(0)
        print("main goes on, done:", str(task.done()).lower())
    print("main got", await task)
    print("cancelled:", str(task.cancelled()).lower(), "cancelling", task.cancelling())


asyncio.run(main())
