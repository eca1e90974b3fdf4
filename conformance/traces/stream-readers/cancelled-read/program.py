# A read that is cancelled takes nothing: the next one gets all.
import asyncio


async def read(reader):
    try:
        await reader.readexactly(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    reader = asyncio.StreamReader()
    for chunk in (b"begin ", b"middle ", b"end\n"):
        task = asyncio.create_task(read(reader))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        print("task cancelled:", str(task.cancelled()).lower())
        reader.feed_data(chunk)
        if chunk == b"begin ":
            print((await reader.read(2)).decode())
    print((await reader.readline()).decode().strip())


asyncio.run(main())
