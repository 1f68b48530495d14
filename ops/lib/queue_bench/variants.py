"""What should not slow the queue down: each is there while a `with` block runs."""

import contextlib

from . import seeds

IDLE_PROCESSES = 5


class Variant:
    """`size` is that of the issue; `load` gives further arguments of the process that enqueues."""

    def __init__(self, title, prepare, size=1, load=None):
        self.title, self.prepare, self.size = title, prepare, size
        self.load = load or (lambda size: ())


@contextlib.contextmanager
def held(participant, _size, _progress, reads=False):
    """A transaction with a snapshot that stays open; with `reads`, one that has also read every table, as pg_dump does."""
    with participant.server.session(participant.database) as holder:
        tables = participant.server.query(participant.database, """
            SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = 'millrace' AND relkind IN ('r', 'p') ORDER BY 1""")
        holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        holder.query("SELECT 1")
        if reads:
            for table in tables:
                holder.query(f"SELECT FROM {table} LIMIT 1")
        yield
        holder.query("ROLLBACK")


@contextlib.contextmanager
def writing(participant, _size, _progress):
    """A transaction that has written to a table of its own and stays open, as a long import does."""
    with participant.server.session(participant.database) as holder:
        holder.query("BEGIN")
        holder.query("CREATE TABLE public.bench_holder ()")
        yield
        holder.query("ROLLBACK")


def seeded(seed):
    @contextlib.contextmanager
    def prepare(participant, size, progress):
        seed(participant, size, progress)
        yield
    return prepare


@contextlib.contextmanager
def nothing(_participant, _size, _progress):
    yield


@contextlib.contextmanager
def idle_workers(participant, size, progress):
    """Registered workers that poll and listen and serve a queue without jobs."""
    with contextlib.ExitStack() as stack:
        each = max(1, size // IDLE_PROCESSES)
        crews = [stack.enter_context(participant.start("idle", "--workers", str(each)))
                 for _ in range(max(1, min(IDLE_PROCESSES, size)))]
        for crew in crews:
            crew.go()
        progress(f"waiting for {each * len(crews)} workers to register")
        alive = "SELECT count(*) FROM millrace.worker WHERE name LIKE 'bench-idle-%' AND state = 'alive'"
        while int(participant.server.query(participant.database, alive)[0]) < each * len(crews):
            for crew in crews:
                crew.check()
        yield
        for crew in crews:
            crew.stop(120)


VARIANTS = {
    "held": Variant("a REPEATABLE READ transaction holds a snapshot", held),
    "held-read": Variant("the same, and it has read all of Millrace's tables",
                         lambda *given: held(*given, reads=True)),
    "writing": Variant("a transaction that has written something stays open", writing),
    "ready": Variant("{size} ready jobs of a worse priority", seeded(seeds.ready), 10_000_000),
    "finished": Variant("{size} finished jobs kept", seeded(seeds.finished), 20_000_000),
    "future": Variant("{size} jobs of a better priority, due later", seeded(seeds.future), 100_000),
    "queues": Variant("jobs of {size} queues", nothing, 1000, lambda size: ("--queues", str(size))),
    "idle": Variant("{size} idle workers", idle_workers, 500),
}
