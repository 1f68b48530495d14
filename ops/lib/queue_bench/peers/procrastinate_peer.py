"""Procrastinate, by what its guides "Execute multiple jobs at the same time", "Batch defer multiple jobs" and the
discussion of asynchronous operations say.

- `concurrency=30`, the value of its guide: a job that does nothing waits only for the database, and a sub-worker fetches
  and finishes one job at a time.
- The pool has as many connections as that and one more, which the discussion asks for when jobs are short.
- `PsycopgConnector`, the connector of its quickstart, with psycopg's C implementation (psycopg-binary).
- `delete_jobs` stays `never`, the default: finished jobs are kept.
- `listen_notify` stays on: it is what wakes the worker.
- Bulk enqueue is `batch_defer_async`, one statement; its guide names no batch.
- The loop is asyncio's own; its documentation names no other."""

import asyncio
import contextlib

from procrastinate import App, PsycopgConnector

from . import program
from .tally import TALLY

BATCH = 1000  # jobs with a call of bulk enqueue
CONCURRENCY = 30


class ProcrastinatePeer(program.Peer):
    def facts(self):
        return {
            "batch": BATCH,
            "version": "3.10.0",
            "left": "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))",
            "kept": "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'",
            "keeps": "the job with its arguments, and a line of procrastinate_events for each change of its state",
            "settings": {
                "all": "PsycopgConnector with psycopg-binary",
                "enqueue": f"batch_defer_async of {BATCH} jobs a call over one connection",
                "worker": f"concurrency {CONCURRENCY} in a process, a pool of {CONCURRENCY + 1} connections",
            },
        }

    def app(self, connections):
        app = App(connector=PsycopgConnector(conninfo=self.url, min_size=connections, max_size=connections))
        return app, app.task(name="bench", queue="bench")(nothing)

    async def prepare(self):
        app, _ = self.app(1)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()

    @contextlib.asynccontextmanager
    async def sender(self):
        app, task = self.app(1)
        async with app.open_async():
            yield Sender(task)

    @contextlib.asynccontextmanager
    async def worker(self, name):
        app, _ = self.app(CONCURRENCY + 1)
        async with app.open_async():
            running = asyncio.create_task(app.run_worker_async(
                name=name, concurrency=CONCURRENCY, install_signal_handlers=False))
            yield
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


class Sender:
    def __init__(self, task):
        self.task = task

    async def many(self, arguments):
        await self.task.batch_defer_async(*arguments)

    async def one(self, arguments):
        await self.task.defer_async(**arguments)


async def nothing(n: int, sent: int, tenant: str) -> None:
    TALLY.count(sent)


if __name__ == "__main__":
    # Not this copy of the module: Procrastinate warns of apps that are made in the main one.
    from queue_bench.peers.procrastinate_peer import ProcrastinatePeer as Imported

    program.main(Imported)
