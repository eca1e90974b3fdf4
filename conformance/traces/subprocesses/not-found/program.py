# A program or a folder that does not exist, or may not be run, is an error of the start.
import asyncio
import errno
from asyncio.subprocess import create_subprocess_exec


async def start(program, **options):
    try:
        await create_subprocess_exec(program, **options)
    except OSError as error:
        print(errno.errorcode[error.errno])


async def main():
    await start("/no/such/program")
    await start("no-such-program")
    await start("sh", cwd="/no/such/folder")
    await start("/etc/passwd")


asyncio.run(main())
