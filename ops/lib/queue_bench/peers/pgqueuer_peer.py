"""PgQueuer, by what its guide "Performance Tuning", its page "Benchmarks" and its own tools/benchmark.py say.

- The driver is asyncpg over single connections: 1.7 times the throughput of psycopg by its page; a pool is advised for
  producers with many callers, a single connection for each QueueManager.
- The loop is uvloop, as in its own benchmark; the package depends on it.
- `pgq autovac` after the installation, the first line of its checklist: `optimize_autovacuum`.
- Durability stays `durable`, the default: `balanced` and `volatile` lose jobs or their history in a crash, which no
  other participant does.
- `batch_size` is to be raised for short jobs: 100, with two consumers in a process. Its benchmark starts five of 10.
- Bulk enqueue is `Queries.enqueue` with lists, one statement of `unnest`, 5000 jobs with a call: its own benchmark gives
  it all of a drain's jobs with one call; 5000 take a little less CPU than 1000, and 20000 no less."""

import asyncio
import contextlib
import json

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from . import program
from .tally import TALLY

BATCH = 5000  # jobs with a call of bulk enqueue
CONSUMERS = 2
BATCH_SIZE = 100


class PgQueuerPeer(program.Peer):
    def facts(self):
        return {
            "batch": BATCH,
            "version": "1.6.0",
            "left": "SELECT EXISTS (SELECT FROM pgqueuer)",
            "kept": "SELECT count(*) FROM pgqueuer_log WHERE status = 'successful'",
            "keeps": "a line of pgqueuer_log for each change of a job's state; the arguments are deleted",
            "settings": {
                "all": "asyncpg, uvloop, autovacuum as `pgq autovac` sets it, durable",
                "enqueue": f"Queries.enqueue of {BATCH} jobs a call over one connection",
                "worker": f"{CONSUMERS} consumers of batch_size {BATCH_SIZE} in a process, a connection each",
            },
        }

    async def prepare(self):
        connection = await asyncpg.connect(self.url)
        queries = Queries(AsyncpgDriver(connection))
        await queries.install()
        await queries.optimize_autovacuum()
        await connection.close()

    @contextlib.asynccontextmanager
    async def sender(self):
        connection = await asyncpg.connect(self.url)
        yield Sender(Queries(AsyncpgDriver(connection)))
        await connection.close()

    @contextlib.asynccontextmanager
    async def worker(self, name):
        connections = [await asyncpg.connect(self.url) for _ in range(CONSUMERS)]
        consumers = [PgQueuer(AsyncpgDriver(connection)) for connection in connections]
        for consumer in consumers:
            consumer.entrypoint("bench")(nothing)
        running = [asyncio.create_task(consumer.run(batch_size=BATCH_SIZE)) for consumer in consumers]
        yield
        for consumer in consumers:
            consumer.shutdown.set()
        await asyncio.gather(*running)
        for connection in connections:
            await connection.close()


class Sender:
    def __init__(self, queries):
        self.queries = queries

    async def many(self, arguments):
        count = len(arguments)
        await self.queries.enqueue(["bench"] * count, [json.dumps(each).encode() for each in arguments], [0] * count)

    async def one(self, arguments):
        await self.queries.enqueue("bench", json.dumps(arguments).encode())


async def nothing(job: Job) -> None:
    TALLY.count(json.loads(job.payload)["sent"])


if __name__ == "__main__":
    program.main(PgQueuerPeer, uvloop.run)
