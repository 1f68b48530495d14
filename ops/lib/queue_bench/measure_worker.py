"""What a worker process of Millrace needs: slots in use, memory, and what it costs when it has nothing to do."""

import contextlib
import time


def slots(participant, seconds):
    """Jobs of one second, 1,000 slots: the share of the slots that ran a job, and the process's memory."""
    participant.fresh()
    with participant.start("sleepers", "--seconds", str(seconds)) as program:
        program.go()
        result = program.wait_for_result(120 + seconds)
        program.stop(120)
    return {"slots_in_use": result["slots_in_use"], "resident_mb": result["resident_mb"], "slots": result["slots"]}


def idle(participant, seconds):
    """One worker without jobs: transactions per second of its database, CPU of its process."""
    server, database = participant.server, participant.fresh()
    with without_autovacuum(server), participant.start("idle") as program:
        program.go()
        time.sleep(5)  # it settles
        transactions, cpu, start = count(server, database), program.cpu_seconds(), time.monotonic()
        server_cpu = server.cpu_seconds()
        time.sleep(seconds)
        used = program.cpu_seconds() - cpu
        server_used = server.cpu_seconds() - server_cpu
        elapsed = time.monotonic() - start
        done = count(server, database) - transactions
        program.stop()
    return {"queries_per_second": done / elapsed, "cpu_percent": 100 * used / elapsed,
            "server_cpu_percent": 100 * server_used / elapsed}


@contextlib.contextmanager
def without_autovacuum(server):
    """Its workers' transactions would be counted as the worker's."""
    server.query("postgres", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    time.sleep(1)
    try:
        yield
    finally:
        server.query("postgres", "ALTER SYSTEM RESET autovacuum", "SELECT pg_reload_conf()")


def count(server, database):
    """Transactions that have ended in a database, asked in another one so as not to be counted. The counts of others
    become visible within a second or so, at both ends of the measurement."""
    return int(server.query(
        "postgres", f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{database}'")[0])
