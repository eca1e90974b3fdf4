# An eager task runs up to its first suspension inside create_task.
import asyncio


async def worker(name, rounds):
    print(name, "starts in", asyncio.current_task().get_name())
    for step in range(rounds):
        await asyncio.sleep(0)
        print(name, "step", step)
    return name


def eager(coro, name):
    return asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True, name=name)


async def script():
    lazy = asyncio.create_task(worker("lazy", 1), name="task of lazy")
    print("lazy is created")
    first = eager(worker("first", 2), "task of first")
    print("first is created, done:", str(first.done()).lower())
    first.add_done_callback(lambda task: print("callback of first"))
    print("back in", asyncio.current_task().get_name())
    print("joined first", await first)
    print("joined lazy", await lazy)


async def main():
    await asyncio.create_task(script(), name="script")


asyncio.run(main())
