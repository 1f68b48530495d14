"""A process that is measured: it says `up`, is let go, says how far it is, and gives its result as a JSON line.

The lines are described in peers/README.md."""

import json
import subprocess
import threading
import time

from . import processes


class Program:
    def __init__(self, name, command, environment, log):
        self.name, self.log = name, log
        with open(log, "ab") as errors:
            # In the session of this process, so that the script that started it can end them all.
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                bufsize=1)
        self.pid = self.process.pid
        self.ran = self.stamped = self.sent = 0
        self.up, self.answered = threading.Event(), threading.Event()
        self.result = None
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "ran":
                self.ran, self.stamped = map(int, rest.split())
            elif word == "sent":
                self.sent = int(rest)
            elif word == "up":
                self.up.set()
            elif word.startswith("{"):
                self.result = json.loads(line)
                self.answered.set()
        self.up.set()
        self.answered.set()

    def wait_until_up(self, patience=120):
        if not self.up.wait(patience) or self.process.poll() is not None:
            self.fail("did not get up")

    def go(self):
        self.order("go")

    def order(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail("has ended")

    def wait_for_result(self, patience):
        if not self.answered.wait(patience) or self.result is None:
            self.fail(f"gave no result within {patience:.0f} s")
        return self.result

    def check(self):
        if self.process.poll() is not None:
            self.fail("has ended")

    def cpu_seconds(self):
        return processes.cpu_seconds(self.pid)

    def stop(self, patience=60):
        """Asks it to end, waits, and returns its result."""
        try:
            self.process.stdin.write("stop\n")
            self.process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.fail(f"did not end within {patience} s")
        self.reader.join(patience)
        if self.process.returncode != 0:
            self.fail(f"ended with {self.process.returncode}")
        return self.result

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def fail(self, what):
        self.kill()
        with open(self.log, encoding="utf-8", errors="replace") as file:
            end = "".join(file.readlines()[-15:])
        raise RuntimeError(f"{self.name} {what}; the end of {self.log}:\n{end}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def wait_until(condition, patience, programs=(), pause=0.005):
    """Waits for a condition; fails when a program ends or patience does. Returns whether it holds."""
    until = time.monotonic() + patience
    while not condition():
        for program in programs:
            program.check()
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True
