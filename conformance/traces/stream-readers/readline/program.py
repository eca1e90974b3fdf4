# A line has its line end; the last one has none; then there is nothing.
import asyncio


async def main():
    reader = asyncio.StreamReader()
    reader.feed_data(b"one\ntw")
    reader.feed_data(b"o\r\n\nthree")
    reader.feed_eof()
    for _ in range(6):
        line = await reader.readline()
        print(len(line), line.decode().strip())
    print("at the end:", str(reader.at_eof()).lower())


asyncio.run(main())
