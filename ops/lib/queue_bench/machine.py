"""What must be known of the machine to read a figure."""

import os
import platform

SETTINGS = ("synchronous_commit", "fsync", "full_page_writes", "shared_buffers", "jit", "max_wal_size", "wal_level",
            "max_connections", "autovacuum")


def facts(server):
    settings = ", ".join(f"'{name}'" for name in SETTINGS)
    rows = server.query("postgres", "SELECT name || '=' || current_setting(name) FROM pg_settings "
                        f"WHERE name IN ({settings}) ORDER BY name")
    return {
        "cpu": first_of("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
        "memory": first_of("/proc/meminfo", "MemTotal"), "kernel": platform.release(),
        "postgres": server.version(), "settings": dict(row.split("=", 1) for row in rows),
        "load": os.getloadavg()[0],
    }


def first_of(path, name):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(name):
                return line.partition(":")[2].strip()
    return "unknown"


def described(known):
    settings = ", ".join(f"{name} {value}" for name, value in known["settings"].items())
    return (f"{known['cpu']}, {known['cores']} cores, {known['memory']}, Linux {known['kernel']}, load "
            f"{known['load']:.2f}\nPostgreSQL {known['postgres']}: {settings}")
