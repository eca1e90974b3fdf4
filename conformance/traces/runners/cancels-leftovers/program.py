# What is still running when main ends is cancelled and waited for.
import asyncio


async def leftover(name, rounds):
    try:
        print(name, "runs")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "is cancelled")
        for _ in range(rounds):
            await asyncio.sleep(0)
        raise
    finally:
        print(name, "is clean")


async def main():
    tasks = [asyncio.create_task(leftover("only", 2))]
    await asyncio.sleep(0.01)
    print("main ends, done:", str(tasks[0].done()).lower())


asyncio.run(main())
