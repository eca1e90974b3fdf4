import asyncio


async def copy(file, seconds):
    try:
        await asyncio.sleep(seconds)
        if file == "a":
            raise OSError("disk is full")
        if file == "b":
            raise ValueError("no such name")
        print(f"{file}: copied")
    except asyncio.CancelledError:
        await asyncio.sleep(0.1)  # cleans up
        print(f"{file}: cleaned up")
        raise KeyError("half a copy")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            for file in "abc":
                group.create_task(copy(file, 9 if file == "c" else 0.2))
    except* OSError as errors:
        print("disk:", len(errors.exceptions))
    except* (ValueError, KeyError) as errors:
        print("names:", len(errors.exceptions))


asyncio.run(main())
