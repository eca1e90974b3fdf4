import asyncio


async def fetch(name, seconds):
    print(f"{name}: begun")
    await asyncio.sleep(seconds)
    print(f"{name}: done")
    return len(name)


async def main():
    one = fetch("one", 0.2)  # nothing runs yet
    two = asyncio.create_task(fetch("two", 0.3))
    print("both made")
    print(await one + await two)

    lock = asyncio.Lock()
    async with lock:
        print("locked:", str(lock.locked()).lower())

    try:
        async with asyncio.timeout(0.5):
            await fetch("three", 5)
    except TimeoutError:
        print("too late")


asyncio.run(main())
