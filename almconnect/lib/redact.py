"""What must never be printed: authorisation headers, OAuth parameters, userinfo in addresses.

The `Secret` type keeps known secrets out of sight; this is the net below it, for text that
libraries and other people's exceptions put into a log.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

HIDDEN = "***"
_NAMES = re.compile(
    r"(?i)authorization|password|passwd|secret|token|private_?key|api_?key|cookie|verifier"
)
_HARMLESS = re.compile(r"(?i)^(csrf_?token_ok|token_id|request_id|task_id)$")
_PATTERNS = (
    re.compile(r"(?i)\b(basic|bearer|oauth)\s+[A-Za-z0-9+/=_\-.~%\",\s]{8,}"),
    re.compile(
        r"(?i)\b(oauth_(?:token|token_secret|verifier|signature|signature_base_string|session_handle))=[^&\s\"']+"
    ),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.S),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)


def redact(text: str) -> str:
    """`text` with every secret-looking part replaced by `***`."""
    for pattern in _PATTERNS:
        text = pattern.sub(
            lambda found: f"{found.group(1)} {HIDDEN}" if found.lastindex else HIDDEN, text
        )
    return text


def redact_value(value: Any, name: str = "") -> Any:
    if (
        name
        and _NAMES.search(name)
        and not _HARMLESS.match(name)
        and value not in (None, "", True, False)
    ):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: redact_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_value(item) for item in value]
    return value


def redact_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: the event with its values redacted."""
    return {key: redact_value(value, key) for key, value in event.items()}
