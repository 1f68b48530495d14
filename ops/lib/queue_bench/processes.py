"""CPU time of processes, as the kernel counts it in /proc."""

import os

TICKS = os.sysconf("SC_CLK_TCK")
USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 11, 12, 13, 14  # fields after the name, see proc(5)


def fields(pid):
    """The fields of /proc/PID/stat after the name, or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_seconds(pid):
    """What PID and its threads have used, and its children that have ended; 0 when it has ended itself."""
    found = fields(pid)
    if found is None:
        return 0.0
    return sum(int(found[n]) for n in (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM)) / TICKS


def server_cpu_seconds(postmaster):
    """What a PostgreSQL server has used: the postmaster, its living children, and those that have ended."""
    while True:
        own = cpu_seconds(postmaster)
        children = 0.0
        for name in os.listdir("/proc"):
            if name.isdigit():
                found = fields(name)
                if found is not None and int(found[1]) == postmaster:
                    children += cpu_seconds(name)
        if cpu_seconds(postmaster) == own:  # else a child has ended meanwhile, and may be counted twice or not at all
            return own + children
