"""Chancy, by what the reference of its queue, its executors and its worker says.

- `Chancy.Executor.Async`, "useful for running large numbers of IO-bound jobs … without the high overhead of new processes
  or threads"; the default is a pool of processes.
- `eager_polling`: the worker looks for jobs as soon as one has ended, "where jobs are expected to be continuously
  available"; without it a drain waits for the polling interval each time its slots have emptied.
- `concurrency=1000`, the jobs that a fetch takes at most: a drain takes less CPU with 1000 than with 100.
- `send_outgoing_interval = 0.1`: how often ends of jobs are written, in batches; its reference names the attribute, whose
  default is a second.
- The plugins of its defaults stay on, and so does the history that its pruner keeps.
- Bulk enqueue is `push_many` with its default of 1000 jobs a transaction; it inserts one row a statement.
- The loop is asyncio's own; its documentation names no other."""

import contextlib
import logging

from chancy import Chancy, Job, Queue, Worker

from . import program
from .tally import TALLY

BATCH = 1000  # jobs with a call of bulk enqueue
CONCURRENCY = 1000
OUTGOING_SECONDS = 0.1


async def nothing(n: int, sent: int, tenant: str) -> None:
    TALLY.count(sent)


def job(arguments):
    return Job(func="queue_bench.peers.chancy_peer.nothing", queue="bench", kwargs=arguments)


class ChancyPeer(program.Peer):
    def facts(self):
        return {
            "batch": BATCH,
            "version": "0.26.0",
            "left": "SELECT EXISTS (SELECT FROM chancy_jobs WHERE state IN ('pending', 'running', 'retrying'))",
            "kept": "SELECT count(*) FROM chancy_jobs WHERE state = 'succeeded'",
            "keeps": "the job with its arguments and its last state, until its pruner takes it",
            "settings": {
                "all": "psycopg with psycopg-binary, default plugins, a pool of 10 connections",
                "enqueue": f"push_many of {BATCH} jobs a transaction",
                "worker": f"the executor Async, concurrency {CONCURRENCY}, eager_polling, "
                          f"send_outgoing_interval {OUTGOING_SECONDS}",
            },
        }

    def chancy(self):
        quiet = logging.getLogger("chancy-quiet")
        quiet.setLevel(logging.WARNING)
        return Chancy(self.url, log=quiet)

    async def prepare(self):
        async with self.chancy() as chancy:
            await chancy.migrate()
            await chancy.declare(Queue(
                "bench", concurrency=CONCURRENCY, executor=Chancy.Executor.Async, eager_polling=True))

    @contextlib.asynccontextmanager
    async def sender(self):
        async with self.chancy() as chancy:
            yield Sender(chancy)

    @contextlib.asynccontextmanager
    async def worker(self, name):
        async with self.chancy() as chancy:
            worker = Worker(chancy, worker_id=name, register_signal_handlers=False)
            worker.send_outgoing_interval = OUTGOING_SECONDS
            async with worker:
                yield


class Sender:
    def __init__(self, chancy):
        self.chancy = chancy

    async def many(self, arguments):
        async for _ in self.chancy.push_many([job(each) for each in arguments], batch_size=len(arguments)):
            pass

    async def one(self, arguments):
        await self.chancy.push(job(arguments))


if __name__ == "__main__":
    program.main(ChancyPeer)
