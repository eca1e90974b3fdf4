# A supervisor restarts a child that fails, and stops with the first that ends well.
import asyncio


async def child(name, life):
    print(name, "life", life, "starts")
    try:
        await asyncio.sleep(0.01)
        if life < 2:
            raise ValueError(name + " died in life " + str(life))
        return name + " made it"
    finally:
        print(name, "life", life, "ends")


async def bystander():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("bystander is stopped")
        raise


async def supervise(name):
    life = 0
    while True:
        task = asyncio.create_task(child(name, life))
        await asyncio.wait([task])
        if task.exception() is None:
            return task.result()
        print("restart after:", task.exception())
        life += 1


async def main():
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(bystander())
        supervised = group.create_task(supervise("child"))
        print("supervisor says:", await supervised)
        watching.cancel()
    print("main ends")


asyncio.run(main())
