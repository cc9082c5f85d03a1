"""What must never be printed: authorisation headers, OAuth parameters, userinfo in addresses.

The `Secret` type keeps known secrets out of sight; this is the net below it, for text that
libraries and other people's exceptions put into a log. It must leave plain sentences alone: an
admin reads "Basic authentication is switched off" and has to understand it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "***"
_SECRET_NAME = re.compile(
    r"(?i)authorization|password|passwd|secret|token|private_?key|api_?key|cookie|verifier"
)
_ABOUT_ONE = re.compile(
    r"(?i)(_ok|_id|_ids|_name|_count|_expires|_expiry|_at|_until|_used|_set|_kind)$"
)
_NEVER_A_NUMBER = re.compile(r"(?i)password|passwd|secret|verifier")
# A word that looks made by a machine: long, with a digit, a sign of base64, or capitals inside.
_MACHINE_MADE = r"(?=[A-Za-z0-9+/_.~%-]*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9+/_.~%-]{8,}=*"
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_NAMED = r"password|passwd|client_secret|access_token|refresh_token|api_token|api_key|secret|token"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A whole header, whatever its scheme: everything up to the end of the line or the quoted value.
    (
        re.compile(
            r"""(?i)((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*:\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\r\n]+)"""
        ),
        rf"\1\2{HIDDEN}",
    ),
    # What an identity provider hands to the browser for us: logs of requests hold addresses.
    (re.compile(r"([?&]code=)[A-Za-z0-9+/_.~%-]{16,}"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i:\b(basic|bearer))\s+{_MACHINE_MADE}"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"(?i)\b(oauth_(?:token|token_secret|verifier|signature|session_handle))"
            r"(=|%3D)(?:\"[^\"]*\"|[^&\s\"',]+)"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.S
        ),
        HIDDEN,
    ),
    (re.compile(r"(?<=://)[^/\s@\"']+(?=@)"), HIDDEN),
    (re.compile(rf"(?i)\b({_NAMED})=[^&\s\"',)}}]+"), rf"\1={HIDDEN}"),
    (re.compile(rf"""(?i)(["'](?:{_NAMED})["']\s*:\s*)(?:"[^"]*"|'[^']*')"""), rf'\1"{HIDDEN}"'),
    (re.compile(r"\balm_[A-Za-z0-9_-]{20,}|\bATATT[A-Za-z0-9_=-]{20,}"), HIDDEN),
    # Addresses whose path is a secret: webhooks, one-time links. A UUID names a row and stays.
    (re.compile(rf"(?<=/)(?!{_UUID}(?:[/?\s\"']|$))[A-Za-z0-9_-]{{32,}}(?=[/?\s\"']|$)"), HIDDEN),
)


def redact(text: str) -> str:
    """`text` with every secret-looking part replaced by `***`."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def redact_value(value: Any, name: str = "") -> Any:
    """`value` as something JSON can hold, redacted; hidden whole where `name` is a secret's.

    Bytes and objects are shown as redacted text, so that their `repr` cannot carry a secret along.
    """
    if name and _hides(name, value):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes | bytearray):
        return redact(bytes(value).decode(errors="replace"))
    if isinstance(value, Mapping):
        return {key: redact_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item) for item in value]
    return redact(str(value))


def _hides(name: str, value: Any) -> bool:
    if not _SECRET_NAME.search(name) or _ABOUT_ONE.search(name):
        return False
    if value is None or isinstance(value, bool) or value in ("", b""):
        return False
    return not isinstance(value, int | float) or bool(_NEVER_A_NUMBER.search(name))


def redact_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: the event with its values redacted."""
    return {key: redact_value(value, key) for key, value in event.items()}
