"""Readers of environment variables, for `settings.py` alone.

A wrong value stops the start with a sentence that names the variable; nothing is guessed. A variable
that holds a secret may be given as `NAME_FILE` instead, the path of a file with the value.
"""

from __future__ import annotations

import ipaddress
import math
import os
from pathlib import Path
from urllib.parse import urlsplit


class EnvironmentInvalid(Exception):
    """A variable is missing or unreadable; the message names it and what it should hold."""


def text(name: str, default: str | None = None) -> str:
    """The variable's value, stripped. Raises EnvironmentInvalid if unset and no default is given."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise EnvironmentInvalid(f"Set {name}.")
    return default


def secret(name: str, default: str | None = None) -> str:
    """Like `text`, but `NAME_FILE` may name a file that holds the value."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return text(name, default)
    if os.environ.get(name):
        raise EnvironmentInvalid(f"Set {name} or {name}_FILE, not both.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EnvironmentInvalid(
            f"{name}_FILE names a file that cannot be read: {error}"
        ) from error
    if not value:
        raise EnvironmentInvalid(f"The file that {name}_FILE names is empty.")
    return value


def issuer(name: str) -> str:
    """An OpenID provider's name for itself, exactly as it writes it: an https address without query;
    http only on this computer. Empty where unset."""
    value = text(name, "")
    parts = urlsplit(value)
    here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    plain = not (parts.query or parts.fragment or parts.username)
    if value and not (plain and parts.hostname and (parts.scheme == "https" or here)):
        raise EnvironmentInvalid(f"{name} must look like https://login.example.com/realms/work.")
    return value


def number(name: str, default: float, *, least: float = 0) -> float:
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError as error:
        raise EnvironmentInvalid(f"{name} must be a number, not {raw!r}.") from error
    if not math.isfinite(value) or value < least:
        raise EnvironmentInvalid(f"{name} must be at least {least:g}.")
    return value


def whole(name: str, default: int, *, most: int) -> int:
    """A whole number from 0 to `most`."""
    raw = text(name, str(default))
    if not (raw.isascii() and raw.isdigit() and int(raw) <= most):
        raise EnvironmentInvalid(f"{name} must be a whole number from 0 to {most}, not {raw!r}.")
    return int(raw)


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in among:
        raise EnvironmentInvalid(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    raw = text(name, "yes" if default else "no").lower()
    if raw in {"1", "yes", "true", "on"}:
        return True
    if raw in {"0", "no", "false", "off"}:
        return False
    raise EnvironmentInvalid(f"{name} must be yes or no, not {raw!r}.")


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or white space."""
    return text(name, default).replace(",", " ").split()


def listed(name: str) -> list[str]:
    """A list separated by commas alone: names of groups may hold spaces."""
    return [part.strip() for part in text(name, "").split(",") if part.strip()]


def among(name: str, known: tuple[str, ...]) -> list[str]:
    """A list of some of these words."""
    found = words(name)
    for word in found:
        if word not in known:
            raise EnvironmentInvalid(f"{name} may hold {', '.join(known)}, not {word!r}.")
    return found


def pairs(name: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    """`group=word, another group=word`, in order; the word behind the last `=` is one of `known`."""
    found = []
    for part in listed(name):
        left, sign, right = (piece.strip() for piece in part.rpartition("="))
        if not (sign and left and right in known):
            raise EnvironmentInvalid(
                f"{name} must read group=role, group=role, with one of {', '.join(known)}; "
                f"not {part!r}."
            )
        found.append((left, right))
    return found


def networks(name: str) -> list[str]:
    """Addresses and networks (`10.20.0.0/16`, `::1`), each proven readable, as they were written."""
    found = words(name)
    for word in found:
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError as error:
            raise EnvironmentInvalid(
                f"{name} holds {word!r}, which is no address or network such as 10.20.0.0/16."
            ) from error
    return found
