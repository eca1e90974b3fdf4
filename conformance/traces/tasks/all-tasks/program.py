# Which tasks are alive, step by step.
import asyncio


def alive():
    names = [task.get_name() for task in asyncio.all_tasks()]
    return " ".join(sorted(name for name in names if name.startswith("task.")))


async def worker(rounds):
    for _ in range(rounds):
        await asyncio.sleep(0)
    print(asyncio.current_task().get_name(), "ends, alive:", alive())


async def main():
    print("at first:", alive())
    first = asyncio.create_task(worker(1), name="task.first")
    print("created, not started:", alive())
    second = asyncio.create_task(worker(3), name="task.second")
    unborn = asyncio.create_task(worker(9), name="task.unborn")
    unborn.cancel()
    print("cancelled, not yet done:", alive())
    await first
    print("first joined:", alive())
    await second
    print("second joined:", alive())
    print("unborn cancelled:", str(unborn.cancelled()).lower())


asyncio.run(main())
