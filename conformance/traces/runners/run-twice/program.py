# Two runs are two loops; an error of main comes out after the clean-up.
import asyncio


async def leftover(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "is cleaned up")


async def failing(keep):
    keep.append(asyncio.create_task(leftover("leftover")))
    await asyncio.sleep(0)
    print("main fails")
    raise ValueError("failed")


async def fine():
    await asyncio.sleep(0)
    print("the second main runs")
    return "fine"


def script():
    keep = []
    try:
        asyncio.run(failing(keep))
    except ValueError as error:
        print("run raised", error, "after the clean-up:", str(keep[0].cancelled()).lower())
    print("the second run gave", asyncio.run(fine()))


script()
