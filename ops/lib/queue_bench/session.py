"""A connection that is kept open: psql, fed line by line. It asks often and cheaply, or holds a transaction."""

import os
import select
import subprocess
import time

END = "-- end of answer --"


class Session:
    def __init__(self, server, database):
        self.server, self.database = server, database
        self.psql = subprocess.Popen(
            server.psql(database), env=server.environment(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.read = b""

    def query(self, sql, patience=3600):
        """The answer's lines, values separated by |."""
        self.psql.stdin.write(f"{sql.rstrip().rstrip(';')};\n\\echo {END}\n".encode())
        self.psql.stdin.flush()
        lines = []
        while (line := self.line(time.monotonic() + patience)) != END:
            lines.append(line)
        return lines

    def line(self, until):
        while b"\n" not in self.read:
            if not select.select([self.psql.stdout], [], [], max(0, until - time.monotonic()))[0]:
                raise RuntimeError("the database gives no answer")
            chunk = os.read(self.psql.stdout.fileno(), 65536)
            if not chunk:
                raise RuntimeError(f"psql ended: {self.psql.stderr.read().decode().strip()}")
            self.read += chunk
        line, _, self.read = self.read.partition(b"\n")
        return line.decode()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()
        self.psql.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
