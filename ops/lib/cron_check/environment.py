"""The Python environment of the check: pinned packages in a folder below .millrace/, made on the first run."""

import os
import pathlib
import subprocess
import sys

# croniter's own needs are pinned with it. tzdata is given to the program too, through TZDIR, so that both sides read
# the same zones whatever this machine has installed.
PINNED = ["croniter==7.0.0", "cronsim==2.8", "python-dateutil==2.9.0.post0", "six==1.17.0", "tzdata==2026.6"]


def enter(checkout):
    """Starts the script again inside of the environment, unless it runs there already."""
    folder = checkout / ".millrace" / "check-cron" / "venv"
    python = folder / "bin" / "python3"
    if pathlib.Path(sys.prefix).resolve() == folder.resolve():
        return
    stamp = folder / "pinned"
    wanted = "\n".join([sys.version] + PINNED)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        folder.parent.mkdir(parents=True, exist_ok=True)
        run(["/usr/bin/python3", "-m", "venv", "--clear", str(folder)], "apt-get install python3-venv")
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED],
            "the packages come from the Python package index; give pip a way to it")
        stamp.write_text(wanted, encoding="utf-8")
    os.execv(python, [str(python), *sys.argv])


def run(command, way_out):
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        sys.exit(f"ops/check/cron: failed: {' '.join(command)}  →  {way_out}")


def zone_folder():
    """The pinned zone database."""
    import tzdata

    return pathlib.Path(tzdata.__file__).parent / "zoneinfo"
