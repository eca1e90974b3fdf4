# Plain iteration gives the results in the order in which they come.
import asyncio


async def worker(name, delay):
    print(name, "starts")
    await asyncio.sleep(delay)
    print(name, "ends")
    if name == "bad":
        raise ValueError("went bad")
    return name


async def main():
    jobs = (("slow", 0.07), ("bad", 0.04), ("fast", 0.01))
    tasks = [asyncio.create_task(worker(name, delay)) for name, delay in jobs]
    for step, following in enumerate(asyncio.as_completed(tasks)):
        try:
            print("step", step, "got", await following)
        except ValueError as error:
            print("step", step, "error", error)
        await asyncio.sleep(0)
        print("step", step, "ends")
    print("main ends")


asyncio.run(main())
