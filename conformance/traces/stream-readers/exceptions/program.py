# The error of a reader goes to the read that waits, and to all that follow.
import asyncio


async def read(reader):
    try:
        await reader.readline()
    except Exception as error:
        print("waiting read:", error)


async def main():
    reader = asyncio.StreamReader()
    print("error:", "none" if reader.exception() is None else "some")
    reader.feed_data(b"part of a line")
    task = asyncio.create_task(read(reader))
    await asyncio.sleep(0)
    reader.set_exception(RuntimeError("lost"))
    print("error:", reader.exception())
    await task
    for name, call in (
        ("read", lambda: reader.read(4)),
        ("readexactly", lambda: reader.readexactly(4)),
        ("readline", reader.readline),
        ("readuntil", reader.readuntil),
    ):
        try:
            await call()
        except RuntimeError as error:
            print(name, error)
    print("at the end:", str(reader.at_eof()).lower())


asyncio.run(main())
