"""Where the embedded default keeps its keys, so that `demo` and `serve` need no configuration.

The encryption key must not lie beside the data it protects: a copy of the data folder alone opens
nothing. So keys live in the person's own configuration folder, one sub-folder per data folder.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path

LONGEST_SOCKET = 100  # bytes; the kernel's limit is 108 with the closing zero, 104 on macOS
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")  # what survives being part of a broker address


def keys_folder(data_dir: Path) -> Path:
    """The folder, outside `data_dir`, that holds this installation's keys. Made on first use (0700)."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    folder = Path(home) / "almconnect" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _kept(path: Path, fresh: str) -> str:
    """The file's value; written once with `fresh` if absent. Two processes starting at once agree."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its value counts
            os.link(draft, path)
        draft.unlink()
    value = path.read_text(encoding="ascii").strip()
    if not value:
        raise RuntimeError(f"{path} is empty; restore it from your copy before starting again.")
    return value


def secret_key(data_dir: Path) -> str:
    return _kept(keys_folder(data_dir) / "secret.key", secrets.token_urlsafe(50))


def encryption_keys(data_dir: Path) -> str:
    """`kid:base64` as `ALMCONNECT_ENCRYPTION_KEYS` holds it; 32 random bytes."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return _kept(keys_folder(data_dir) / "encryption.keys", f"k1:{key}")


def keys_are_configured() -> bool:
    """Whether the environment names the encryption keys, so that no file of ours holds them."""
    return any(os.environ.get(f"ALMCONNECT_ENCRYPTION_KEYS{end}") for end in ("", "_FILE"))


def broker_socket(data_dir: Path) -> Path:
    """The embedded broker's unix socket, in a folder (made, 0700) that only this person may enter.

    It lies in the data folder, or, where that path is too long for a socket, under the system's
    folder for temporary files. Raises RuntimeError if that folder belongs to somebody else.
    """
    folder = data_dir.resolve() / "run"
    path = folder / "broker.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET or not _PLAIN.fullmatch(str(path)):
        name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"almconnect-{os.getuid()}-{name}"
        path = folder / "broker.sock"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to another person; remove it and start again.")
    folder.chmod(0o700)
    return path
