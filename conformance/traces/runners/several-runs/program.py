# A runner keeps its loop: a task left by one run goes on in the next.
import asyncio


async def background(name):
    try:
        for step in range(9):
            print(name, "step", step)
            await asyncio.sleep(0.04)
    finally:
        print(name, "ends")


async def first(tasks):
    tasks.append(asyncio.create_task(background("background")))
    await asyncio.sleep(0.01)
    return "first result"


async def second(tasks):
    print("second runs, background done:", str(tasks[0].done()).lower())
    await asyncio.sleep(0.05)
    raise ValueError("second failed")


def script():
    tasks = []
    with asyncio.Runner() as runner:
        print("got", runner.run(first(tasks)))
        print("between the runs")
        try:
            runner.run(second(tasks))
        except ValueError as error:
            print("error", error)
        print("with ends")
    print("closed, background cancelled:", str(tasks[0].cancelled()).lower())


script()
