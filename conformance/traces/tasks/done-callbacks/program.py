# Done callbacks run one iteration after the task's end, in order, before those who began to wait later.
import asyncio


async def worker(label):
    print(label, "runs")
    await asyncio.sleep(0)
    print(label, "ends")
    return label


async def waiter(task):
    print("waiter got", await task)


async def main():
    task = asyncio.create_task(worker("worker"))
    task.add_done_callback(lambda done: print("callback one", done.result()))
    waiting = asyncio.create_task(waiter(task))
    await asyncio.sleep(0)
    task.add_done_callback(lambda done: print("callback two", done.result()))
    print("main waits")
    await task
    print("main goes on")
    task.add_done_callback(lambda done: print("callback of a finished task", done.result()))
    print("main added a late callback")
    await asyncio.sleep(0)
    print("main after one iteration")
    await waiting


asyncio.run(main())
