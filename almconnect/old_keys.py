"""For `restore`: the encryption keys of the installation that was backed up, asked for and kept.

Where keys are configured, nothing is asked: they are what will be used. An installation that keeps its
own keys (run.py's) takes over the old ones, once they have proven themselves.
"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from django.conf import settings

from almconnect import embedded
from almconnect.restore import CannotRestore


def ask(file: Path | None) -> str:
    """The old keys, in use from now on in this process; "" to go on with those at hand."""
    if file is not None:
        try:
            found = file.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as problem:
            raise CannotRestore(f"The keys cannot be read: {problem}") from problem
    elif sys.stdin.isatty() and not embedded.keys_are_configured():
        found = getpass.getpass("Encryption keys of the old installation (kid:base64): ").strip()
    else:
        found = ""
    if found:
        settings.ENCRYPTION_KEYS = found
    return found


def keep(keys: str) -> str:
    """Put proven keys where this installation looks for them; a sentence on what was done."""
    if not keys:
        return ""
    if embedded.keys_are_configured():
        return "Set ALMCONNECT_ENCRYPTION_KEYS to these keys before you start the console.\n"
    path = embedded.keys_folder(Path(settings.DATA_DIR)) / "encryption.keys"
    draft = path.with_name(f"encryption.keys.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(keys)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return f"The keys are kept in {path}.\n"
