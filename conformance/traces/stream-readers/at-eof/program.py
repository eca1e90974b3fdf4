# A reader is at its end once the end has come and all was read.
import asyncio


async def main():
    reader = asyncio.StreamReader()
    say = lambda when: print(when, str(reader.at_eof()).lower())
    say("empty:")
    reader.feed_data(b"line\nrest")
    say("fed:")
    reader.feed_eof()
    say("ended:")
    await reader.readline()
    say("a line was read:")
    print((await reader.read()).decode())
    say("all was read:")
    reader.feed_eof()
    print(len(await reader.read()))


asyncio.run(main())
