"""Oban for Python, by what its guides "Defining Queues" and "Production" say. Needs Python 3.12.

- One queue with a limit of 500. Its guide sets no bound to the limit and gives queues of jobs that wait for I/O a higher
  one. A producer acknowledges what has ended and then fetches as many jobs as it has room for, so a drain takes less CPU
  with 500 than with 20 or 100.
- `debounce_interval` stays at 5 ms, the default and less than the guide's example: it is the least time between fetches.
- The pool stays at its default of 10 connections, "comfortable for most deployments": a producer borrows one at a time.
- The pruner stays at its default and keeps finished jobs for a day; metrics stay off, as by default.
- Bulk enqueue is `enqueue_many`, "more efficient than calling enqueue() multiple times". It inserts one row a statement;
  bulk inserts and bulk acknowledgements are features of Oban Pro, which is not on PyPI.
- The loop is asyncio's own; its documentation names no other."""

import contextlib

from oban import Oban, worker
from oban.schema import install

from . import program
from .tally import TALLY

BATCH = 1000  # jobs with a call of bulk enqueue
LIMIT = 500


@worker(queue="bench")
class Nothing:
    async def process(self, job):
        TALLY.count(job.args["sent"])


class ObanPeer(program.Peer):
    def facts(self):
        return {
            "batch": BATCH,
            "version": "0.7.0",
            "left": "SELECT EXISTS (SELECT FROM oban_jobs WHERE state IN ('available', 'executing', 'scheduled', 'retryable'))",
            "kept": "SELECT count(*) FROM oban_jobs WHERE state = 'completed'",
            "keeps": "the job with its arguments and its last state, for a day",
            "settings": {
                "all": "psycopg with psycopg-binary, a pool of 10 connections",
                "enqueue": f"enqueue_many of {BATCH} jobs a call",
                "worker": f"one queue with a limit of {LIMIT} in a process, debounce 5 ms",
            },
        }

    async def prepare(self):
        pool = await Oban.create_pool(self.url, max_size=1)
        await install(pool)
        await pool.close()

    @contextlib.asynccontextmanager
    async def sender(self):
        pool = await Oban.create_pool(self.url, min_size=1, max_size=1)
        async with Oban(pool=pool) as oban:
            yield Sender(oban)
        await pool.close()

    @contextlib.asynccontextmanager
    async def worker(self, name):
        pool = await Oban.create_pool(self.url, max_size=10)
        async with Oban(pool=pool, node=name, queues={"bench": LIMIT}):
            yield
        await pool.close()


class Sender:
    def __init__(self, oban):
        self.oban = oban

    async def many(self, arguments):
        await self.oban.enqueue_many([Nothing.new(each) for each in arguments])

    async def one(self, arguments):
        await self.oban.enqueue(Nothing.new(arguments))


if __name__ == "__main__":
    program.main(ObanPeer)
