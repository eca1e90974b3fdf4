# Concurrent requests for one key share one computation, through a future.
import asyncio


async def compute(key):
    print("compute", key)
    await asyncio.sleep(0.01 if key == "x" else 0.03)
    return key.upper()


async def lookup(cache, key, name):
    if key in cache:
        print(name, "joins", key)
        value = await cache[key]
    else:
        future = asyncio.get_running_loop().create_future()
        cache[key] = future
        value = await compute(key)
        future.set_result(value)
        print(name, "has computed", key)
    print(name, "got", value)
    return value


async def main():
    cache = {}
    requests = [("x", "one"), ("y", "two"), ("x", "three"), ("y", "four"), ("x", "five")]
    values = await asyncio.gather(*[lookup(cache, key, name) for key, name in requests])
    print("values", *values)
    print("cached", await lookup(cache, "x", "six"))


asyncio.run(main())
