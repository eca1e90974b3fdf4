# An eager task waits at once: what its creator does next already finds it waiting.
import asyncio


def eager(coro):
    return asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True)


async def waiter(name, future):
    print(name, "waits")
    print(name, "got", await future)


async def stepper(name):
    print(name, "starts")
    await asyncio.sleep(0)
    print(name, "steps")


async def main():
    future = asyncio.get_running_loop().create_future()
    before = eager(stepper("before"))
    waiting = eager(waiter("waiter", future))
    future.set_result("a value")
    late = eager(waiter("late", future))
    after = eager(stepper("after"))
    print("late done:", str(late.done()).lower(), "waiter done:", str(waiting.done()).lower())
    for task in (after, waiting, before):
        await task
    print("main ends")


asyncio.run(main())
