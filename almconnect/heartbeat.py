"""Signs of life of worker and beat: one small file each, touched from inside their own loops.

A loop that hangs stops touching. Compose's health checks and the metrics read the age; nothing else
may depend on it, since with several hosts each sees its own files only.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

EVERY_SECONDS = 5.0
DEAD_AFTER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sign:
    """`age` in seconds since `role` on `host` last moved."""

    role: str
    host: str
    age: float

    @property
    def alive(self) -> bool:
        return self.age < DEAD_AFTER_SECONDS


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "heartbeats"


def touch(role: str) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{role}@{socket.gethostname()}").touch()


def signs() -> list[Sign]:
    """Every sign left, the freshest first."""
    now = time.time()
    found = []
    for path in _folder().glob("*@*"):
        role, _, host = path.name.partition("@")
        try:
            found.append(Sign(role, host, max(0.0, now - path.stat().st_mtime)))
        except FileNotFoundError:  # removed between the two looks
            continue
    return sorted(found, key=lambda sign: sign.age)


def alive(role: str, *, here: bool = False) -> bool:
    """Whether any process of `role` (on this host, if `here`) moved lately."""
    own = socket.gethostname()
    return any(
        sign.role == role and sign.alive and (not here or sign.host == own) for sign in signs()
    )
