"""What a measurement took: CPU of clients and server, and WAL, for each job."""

import time


class Cost:
    """Begins when it is made; `end` gives what was used since."""

    def __init__(self, server, programs):
        self.server, self.programs = server, programs
        self.wal = server.wal_position()
        self.server_cpu = server.cpu_seconds()
        self.client_cpu = sum(program.cpu_seconds() for program in programs)
        self.start = time.monotonic()

    def end(self, jobs, seconds=None):
        seconds = time.monotonic() - self.start if seconds is None else seconds
        client = sum(program.cpu_seconds() for program in self.programs) - self.client_cpu
        return {
            "jobs": jobs, "seconds": seconds, "per_second": jobs / seconds,
            "client_cpu_s_per_1000": client * 1000 / jobs,
            "server_cpu_s_per_1000": (self.server.cpu_seconds() - self.server_cpu) * 1000 / jobs,
            "wal_bytes_per_job": (self.server.wal_position() - self.wal) / jobs,
        }
