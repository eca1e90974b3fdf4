# A read that waits has its turn after what is ready when the bytes arrive.
import asyncio


async def read(reader):
    for _ in range(3):
        print("read", (await reader.read(10)).decode())
    print("end", len(await reader.read(10)))


async def other():
    for turn in range(6):
        print("other", turn)
        await asyncio.sleep(0)


async def main():
    reader = asyncio.StreamReader()
    task = asyncio.create_task(read(reader))
    turns = asyncio.create_task(other())
    await asyncio.sleep(0)
    for chunk in (b"a", b"b", b"c"):
        print("feed", chunk.decode())
        reader.feed_data(chunk)
        await asyncio.sleep(0)
    reader.feed_eof()
    print("fed")
    await task
    await turns


asyncio.run(main())
