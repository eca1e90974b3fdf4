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


async def echo_bytes(stream):
    async with stream:
        while data := await stream.receive_some(65_536):
            await stream.send_all(data)


async def ask(stream, message, count):
    done = 0
    while done < count:
        await stream.send_all(message)
        got = 0
        while got < len(message):
            got += len(await stream.receive_some(65_536))
        done += 1
    return done


async def serve(handler, *, task_status):
    await trio.serve_tcp(handler, 0, host="127.0.0.1", task_status=task_status)


def streams_echo(length, connections):
    message = b"x" * length

    def program(size):
        async def main():
            done = 0

            async def use(stream):
                nonlocal done
                # Not `done += await`, which reads it before.
                counted = await ask(stream, message, size // connections)
                done += counted

            async with trio.open_nursery() as nursery:
                [listener] = await nursery.start(serve, echo_bytes)
                port = listener.socket.getsockname()[1]
                clients = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(connections)]
                start = time.perf_counter()
                async with trio.open_nursery() as using:
                    for client in clients:
                        using.start_soon(use, client)
                outcome = Timed(done, time.perf_counter() - start)
                for client in clients:
                    await client.aclose()
                nursery.cancel_scope.cancel()
            return outcome

        return run(main)

    return program


def streams_lines(size):
    line = b"x" * 49 + b"\n"

    async def count(stream):
        # trio has no readline.
        done = 0
        rest = b""
        while data := await stream.receive_some(65_536):
            *lines, rest = (rest + data).split(b"\n")
            for _ in lines:
                done += 1
        await stream.send_all(b"%d\n" % done)

    async def main():
        async with trio.open_nursery() as nursery:
            [listener] = await nursery.start(serve, count)
            stream = await trio.open_tcp_stream("127.0.0.1", listener.socket.getsockname()[1])
            start = time.perf_counter()
            for sent in range(0, size, 1000):
                await stream.send_all(line * min(1000, size - sent))
            await stream.send_eof()
            done = int(await stream.receive_some(100))
            outcome = Timed(done, time.perf_counter() - start)
            await stream.aclose()
            nursery.cancel_scope.cancel()
        return outcome

    return run(main)


def streams_connections(size):
    async def main():
        async with trio.open_nursery() as nursery:
            [listener] = await nursery.start(serve, echo_bytes)
            port = listener.socket.getsockname()[1]
            start = time.perf_counter()
            done = 0
            while done < size:
                async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
                    await ask(stream, b"x", 1)
                done += 1
            outcome = Timed(done, time.perf_counter() - start)
            nursery.cancel_scope.cancel()
        return outcome

    return run(main)


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
            "streams/64 B, 1 connection": streams_echo(64, 1),
            "streams/1 KiB, 1 connection": streams_echo(1024, 1),
            "streams/64 KiB, 1 connection": streams_echo(65_536, 1),
            "streams/64 B, 100 connections": streams_echo(64, 100),
            "streams/1 KiB, 100 connections": streams_echo(1024, 100),
            "streams/64 KiB, 100 connections": streams_echo(65_536, 100),
            "streams/lines": streams_lines,
            "streams/connections": streams_connections,
            "memory/sleeping": memory(sleeping),
            "memory/waiting for a lock": memory(waiting_for_a_lock),
        }
    )
