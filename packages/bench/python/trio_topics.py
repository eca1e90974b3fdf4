"""The topics for trio."""

import gc
import time

import measure
import trio
from measure import Timed, Value, report, resident

run = trio.run


async def all_begun():
    """Waits until all that was started has begun: trio shuffles what is ready, hence twice."""
    await trio.sleep(0)
    await trio.sleep(0)


async def gathered(functions):
    async with trio.open_nursery() as nursery:
        for function in functions:
            nursery.start_soon(function)


def step(tasks):
    def program(size):
        steps = 0

        async def worker():
            nonlocal steps
            for _ in range(size // tasks):
                await trio.sleep(0)
                steps += 1

        async def main():
            await gathered([worker] * tasks)
            return steps

        return run(main)

    return program


def depth(suspends):
    def program(size):
        calls, steps = (1, size) if suspends else (size, 0)

        async def nested(levels):
            if levels > 1:
                return await nested(levels - 1)
            for _ in range(steps):
                await trio.sleep(0)
            return max(steps, 1)

        async def main():
            done = 0
            for _ in range(calls):
                done += await nested(10)
            return done

        return run(main)

    return program


def in_nurseries(children):
    """For spawn, gather and task groups: a nursery is all of them."""

    def program(size):
        done = 0

        async def child():
            nonlocal done
            done += 1

        async def main():
            for i in range(0, size, children):
                await gathered([child] * min(children, size - i))
            return done

        return run(main)

    return program


def locks(tasks):
    def program(size):
        held = 0

        async def main():
            lock = trio.Lock()

            async def worker():
                nonlocal held
                for _ in range(size // tasks):
                    await lock.acquire()
                    held += 1
                    lock.release()

            await lock.acquire()
            async with trio.open_nursery() as nursery:
                for _ in range(tasks):
                    nursery.start_soon(worker)
                await all_begun()
                lock.release()
            return held

        return run(main)

    return program


def limited_work(size):
    done = 0

    async def main():
        semaphore = trio.Semaphore(10)

        async def job():
            nonlocal done
            await semaphore.acquire()
            await trio.sleep(0)
            done += 1
            semaphore.release()

        for i in range(0, size, 1000):
            await gathered([job] * min(1000, size - i))
        return done

    return run(main)


def semaphore_uncontended(size):
    async def main():
        semaphore = trio.Semaphore(10)
        held = 0
        while held < size:
            await semaphore.acquire()
            semaphore.release()
            held += 1
        return held

    return run(main)


def queue(pairs):
    def program(size):
        received = 0

        async def main():
            send, receive = trio.open_memory_channel(100)

            async def produce():
                for _ in range(size // pairs):
                    await send.send(1)

            async def consume():
                nonlocal received
                for _ in range(size // pairs):
                    item = await receive.receive()
                    received += item

            await gathered([consume] * pairs + [produce] * pairs)
            return received

        return run(main)

    return program


def broadcast(size):
    woken = 0

    async def main():
        event = trio.Event()

        async def wait():
            nonlocal woken
            await event.wait()
            woken += 1

        async with trio.open_nursery() as nursery:
            for _ in range(size):
                nursery.start_soon(wait)
            await all_begun()
            event.set()
        return woken

    return run(main)


def cancel(size):
    done = 0

    async def sleeper():
        nonlocal done
        try:
            await trio.sleep(3600)
        finally:
            done += 1

    async def main():
        async with trio.open_nursery() as nursery:
            for _ in range(size):
                nursery.start_soon(sleeper)
            await all_begun()
            start = time.perf_counter()
            nursery.cancel_scope.cancel()
        return Timed(done, time.perf_counter() - start)

    return run(main)


def timeout(size):
    async def one():
        return 1

    async def main():
        done = 0
        for _ in range(size):
            with trio.fail_after(10):
                done += await one()
        return done

    return run(main)


def memory(prepare):
    def program(size):
        begun = 0

        async def main():
            wait = await prepare()
            before = resident()

            async def waiter():
                nonlocal begun
                begun += 1
                await wait()

            async with trio.open_nursery() as nursery:
                for _ in range(size):
                    nursery.start_soon(waiter)
                await all_begun()
                gc.collect()
                report(size, Value(begun, (resident() - before) / size))

        return run(main)

    return program


async def sleeping():
    return lambda: trio.sleep(3600)


async def waiting_for_a_lock():
    lock = trio.Lock()
    await lock.acquire()
    return lock.acquire


if __name__ == "__main__":
    measure.main(
        {
            "step/100 tasks": step(100),
            "step/1 task": step(1),
            "depth/steps at the bottom": depth(True),
            "depth/calls": depth(False),
            "spawn/spawn and join": in_nurseries(100),
            "gather/gather": in_nurseries(10_000),
            "locks/uncontended": locks(1),
            "locks/contended": locks(100),
            "semaphore/limited work": limited_work,
            "semaphore/uncontended": semaphore_uncontended,
            "queue/1:1": queue(1),
            "queue/16:16": queue(16),
            "event/broadcast": broadcast,
            "cancel/cancel": cancel,
            "timeout/not expired": timeout,
            "group/task group": in_nurseries(100),
            "memory/sleeping": memory(sleeping),
            "memory/waiting for a lock": memory(waiting_for_a_lock),
        }
    )
