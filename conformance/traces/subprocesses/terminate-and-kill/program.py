# A signal that ends a process is its exit code, negative; after the end there is none to send.
import asyncio
import signal
from asyncio.subprocess import PIPE, create_subprocess_shell


async def end(send):
    process = await create_subprocess_shell("echo ready; exec sleep 1000", stdout=PIPE)
    print((await process.stdout.readline()).decode().strip())
    send(process)
    print("exit code", await process.wait(), process.returncode)
    for again in (process.terminate, process.kill):
        try:
            again()
        except ProcessLookupError as error:
            print(type(error).__name__)


async def main():
    await end(lambda process: process.terminate())
    await end(lambda process: process.kill())
    await end(lambda process: process.send_signal(signal.SIGHUP))


asyncio.run(main())
