"""Free ports, the same ones again where possible: addresses in a person's browser stay good.

A port that is free now may be taken a moment later; the server that cannot bind then says so.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path


def choose(names: list[str], *, host: str, kept_in: Path, wanted: dict[str, int]) -> dict[str, int]:
    """A port per name: as wanted, else as last time if free, else any free one. Written down.

    Raises OSError if a wanted port is taken.
    """
    kept = _read(kept_in)
    chosen: dict[str, int] = {}
    for name in names:
        if port := wanted.get(name, 0):
            if not _free(host, port):
                raise OSError(f"Port {port} is taken; name another with --port.")
            chosen[name] = port
            continue
        last = kept.get(name, 0)
        chosen[name] = last if last and _free(host, last) else _any(host, set(chosen.values()))
    kept_in.write_text(json.dumps({**kept, **chosen}), encoding="utf-8")
    return chosen


def _read(path: Path) -> dict[str, int]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in kept.items() if isinstance(port, int)}


def _listener(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


def _free(host: str, port: int) -> bool:
    with _listener(host) as listener:
        try:
            listener.bind((host, port))
            listener.listen(1)
        except OSError:
            return False
    return True


def _any(host: str, taken: set[int]) -> int:
    while True:
        with _listener(host) as listener:
            listener.bind((host, 0))
            port = int(listener.getsockname()[1])
        if port not in taken:
            return port
