"""What is the same in all peers: subcommands, lines, loads. A peer gives what is its own; see README.md."""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import threading
import time

from .tally import TALLY

MOST = 5000  # jobs with a call of a load, however many are due


class Peer:
    """What a peer must have. The database is named by DATABASE_URL."""

    def __init__(self):
        self.url = os.environ["DATABASE_URL"]

    def facts(self):
        """What `prepare` prints."""
        return {}

    async def prepare(self):
        """Lays the tables."""

    @contextlib.asynccontextmanager
    async def sender(self):
        """Opens what enqueues; gives an object with `many(arguments)` and `one(arguments)`."""
        yield None

    @contextlib.asynccontextmanager
    async def worker(self, name):
        """Starts the worker; ends it afterwards."""
        yield


class Orders:
    """Lines of the script on standard input."""

    def __init__(self):
        self.lines = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read():
            for line in sys.stdin:
                loop.call_soon_threadsafe(self.lines.put_nowait, line.rstrip("\n"))
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self.lines.put_nowait, "stop")

        threading.Thread(target=read, daemon=True).start()

    async def wait_for_go(self):
        say("up")
        await self.lines.get()

    async def wait_for_stop(self):
        while await self.lines.get() != "stop":
            pass


def say(line):
    print(line if isinstance(line, str) else json.dumps(line), flush=True)


def arguments(number, sent=0):
    return {"n": number, "sent": sent, "tenant": "t0"}


def main(peer_type, run=asyncio.run):
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another value of a setting")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare")
    for name in ("enqueue", "enqueue-single"):
        command = commands.add_parser(name)
        command.add_argument("--jobs", type=int, required=True)
    command = commands.add_parser("load")
    command.add_argument("--rate", type=float)
    command.add_argument("--batch", type=int, default=1)
    command.add_argument("--jobs", type=int, default=sys.maxsize)
    command.add_argument("--warm-up", type=int, default=0)
    for name in ("drain", "latency"):
        command = commands.add_parser(name)
        command.add_argument("--name", default="bench")
    asked = parser.parse_args()
    module = sys.modules[peer_type.__module__]
    for name, _, value in (given.partition("=") for given in asked.set):
        setattr(module, name, type(getattr(module, name))(value))
    run(COMMANDS[asked.command](peer_type(), asked))


async def prepare(peer, _):
    await peer.prepare()
    say(peer.facts())


async def enqueue(peer, asked):
    orders = Orders()
    async with peer.sender() as sender:
        await orders.wait_for_go()
        start = time.monotonic()
        batch = peer.facts()["batch"]
        for first in range(0, asked.jobs, batch):
            await sender.many([arguments(n) for n in range(first, min(first + batch, asked.jobs))])
        say(rate("enqueue", asked.jobs, time.monotonic() - start))
        await orders.wait_for_stop()


async def enqueue_single(peer, asked):
    orders = Orders()
    async with peer.sender() as sender:
        await orders.wait_for_go()
        start = time.monotonic()
        for number in range(asked.jobs):
            await sender.one(arguments(number))
        say(rate("enqueue-single", asked.jobs, time.monotonic() - start))
        await orders.wait_for_stop()


async def load(peer, asked):
    """See README.md for the lines."""
    orders, course = Orders(), {"allowed": 0, "stopped": False}

    async def follow():
        while (line := await orders.lines.get()) != "stop":
            if line.startswith("allow "):
                course["allowed"] = int(line[6:])
        course["stopped"] = True

    async with peer.sender() as sender:
        await orders.wait_for_go()
        following = asyncio.create_task(follow())
        start = said = time.monotonic()
        sent, latest = 0, 0.0
        while not course["stopped"] and sent < asked.jobs:
            count = min(asked.batch, asked.jobs - sent)
            if asked.rate:
                early = start + sent / asked.rate - time.monotonic()
                if early > 0:
                    await asyncio.sleep(early)
                else:
                    latest = max(latest, -early)
                    if asked.batch > 1:
                        behind = int((time.monotonic() - start) * asked.rate) - sent
                        count = min(max(asked.batch, min(behind, MOST)), asked.jobs - sent)
            elif sent + count > course["allowed"]:
                await asyncio.sleep(0.002)
                continue
            stamp = 0 if sent < asked.warm_up else time.monotonic_ns()
            if asked.batch == 1:
                await sender.one(arguments(sent, stamp))
            else:
                await sender.many([arguments(n, stamp) for n in range(sent, sent + count)])
            sent += count
            if time.monotonic() - said > 0.01:
                say(f"sent {sent}")
                said = time.monotonic()
        say(f"sent {sent}")
        say({"what": "load", "jobs": sent, "seconds": time.monotonic() - start, "latest_ms": latest * 1000})
        await following


async def drain(peer, asked):
    await work(peer, asked)
    say({"ran": TALLY.ran})


async def latency(peer, asked):
    TALLY.keeps_times = True
    await work(peer, asked)
    say(TALLY.times())


async def work(peer, asked):
    orders = Orders()
    await orders.wait_for_go()
    async with peer.worker(asked.name):
        reporting = asyncio.create_task(report())
        await orders.wait_for_stop()
        reporting.cancel()


async def report():
    said = 0
    while True:
        await asyncio.sleep(0.01)
        if TALLY.ran != said:
            say(f"ran {TALLY.ran} {TALLY.stamped}")
            said = TALLY.ran


def rate(what, jobs, seconds):
    return {"what": what, "jobs": jobs, "seconds": seconds, "per_second": jobs / seconds}


COMMANDS = {"prepare": prepare, "enqueue": enqueue, "enqueue-single": enqueue_single, "load": load, "drain": drain,
            "latency": latency}
