# readuntil() leaves what is too long where it is; readline() drops it.
import asyncio


async def until(reader, separator):
    try:
        print((await reader.readuntil(separator)).decode())
    except asyncio.LimitOverrunError as error:
        print("too long:", error.consumed)
        print((await reader.readexactly(error.consumed)).decode())


async def line(reader):
    try:
        print((await reader.readline()).decode().strip())
    except ValueError:
        print("dropped")


async def main():
    reader = asyncio.StreamReader(limit=4)
    reader.feed_data(b"1234;12345;123456")
    await until(reader, b";")
    await until(reader, b";")
    await until(reader, b";")
    reader.feed_data(b"abcd--")
    await until(reader, b"---")
    reader.feed_data(b"good\nmuch too long\nfine\nalso too long")
    await until(reader, b"\n")
    await line(reader)
    await line(reader)
    await line(reader)
    reader.feed_data(b" of which a part was dropped\nlast\n")
    await line(reader)
    await line(reader)


asyncio.run(main())
