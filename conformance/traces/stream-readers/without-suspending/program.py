# A read whose bytes are there does not suspend, so nobody else has a turn.
import asyncio


async def other():
    print("other")


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"line\nuntil;12345rest")
    task = asyncio.create_task(other())
    print((await reader.readline()).decode().strip())
    print((await reader.readuntil(b";")).decode())
    print((await reader.readexactly(5)).decode())
    print((await reader.read(1)).decode())
    print(len(await reader.read(0)))
    reader.feed_eof()
    print((await reader.read(10)).decode())
    print(len(await reader.read(10)), len(await reader.readline()))
    await task


asyncio.run(main())
