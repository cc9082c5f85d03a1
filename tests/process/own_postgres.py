"""A PostgreSQL cluster of a test's own, which it may restart: nobody else is on it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Cluster:
    url: str
    restart_command: str


def programs() -> Path | None:
    """Where initdb and pg_ctl are: Debian keeps them beside the path, per version."""
    found = sorted(BINARIES.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).parent if here else None


@contextmanager
def cluster(bin_folder: Path) -> Iterator[Cluster]:
    """Ends with the block. As root it runs as `postgres`, since the server refuses to be root."""
    folder = Path(tempfile.mkdtemp(prefix="almconnect-pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    ctl = [*as_user, str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    try:
        _run([*as_user, str(bin_folder / "initdb"), "-D", str(data), "-A", "trust", "-U", user])
        _run([*ctl, "-o", options, "start"])
        restart = " ".join([*ctl, "-m", "immediate", "restart"])
        yield Cluster(f"postgres://{user}@127.0.0.1:{port}/postgres", restart)
    finally:
        subprocess.run([*ctl, "-m", "immediate", "stop"], capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


def _run(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
