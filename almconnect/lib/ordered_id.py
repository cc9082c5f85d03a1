"""Ids that rise with the moment of their making: RFC 9562, version 7.

Rows that are written by the thousand get these. Random ids would go to as many places of each index as
there are rows, which in a large table costs more than all else about them. Nothing may be secret by them.
"""

from __future__ import annotations

import os
import time
import uuid

_VERSION_AND_VARIANT = 0x7 << 76 | 0x2 << 62
_RANDOM = ((1 << 12) - 1) << 64 | (1 << 62) - 1


def ordered_id() -> uuid.UUID:
    """A new one: milliseconds since 1970 in the first 48 bits, then version, variant and 74 random bits."""
    moment = time.time_ns() // 1_000_000 << 80
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM
    return uuid.UUID(int=moment | _VERSION_AND_VARIANT | random)
