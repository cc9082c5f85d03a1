"""Sealing everything again with the first key of the ring. Resumable: each row is its own step.

Put the new key first in ALMCONNECT_ENCRYPTION_KEYS, keep the old one behind it, restart, rotate,
then drop the old one. It must not open what is sealed with the first key already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connections.access import sealing
from connections.models import OAuthFlow, SealedSecret
from connections.oauth import oauth_flow


@dataclass(slots=True)
class Progress:
    """Rows sealed again, and rows that do not open (each as a sentence)."""

    sealed: int = 0
    broken: tuple[str, ...] = ()


def rotate() -> Progress:
    """Seal every row again that another key than the first sealed. Raises KeysUnusable."""
    sealing.check_keys()
    active = next(iter(sealing.keys()))
    progress = Progress()
    for row in _secrets(active):
        try:
            _again(row)
        except sealing.SealBroken as problem:
            progress.broken += (f"{row}: {problem}",)
        else:
            progress.sealed += 1
    for flow in _flows(active):
        try:
            held = oauth_flow.opened(flow)
        except sealing.SealBroken:
            # Good for ten minutes at most, and nobody can finish it: the person starts again.
            oauth_flow.end(flow, "unreadable")
            continue
        OAuthFlow.objects.filter(pk=flow.pk, sealed_token=flow.sealed_token).update(
            sealed_token=oauth_flow.sealed(flow, held)
        )
        progress.sealed += 1
    return progress


def remaining() -> int:
    """How many rows the first key did not seal."""
    active = next(iter(sealing.keys()))
    return sum(1 for _ in _secrets(active)) + sum(1 for _ in _flows(active))


def _secrets(active: str) -> Iterator[SealedSecret]:
    rows = SealedSecret.objects.select_related("connection").exclude(
        sealed__startswith=f"v1:{active}:"
    )
    yield from rows.iterator(chunk_size=200)


def _flows(active: str) -> Iterator[OAuthFlow]:
    """Runs of the dance under way; those that ended hold nothing."""
    for flow in OAuthFlow.objects.select_related("connection").filter(used=None):
        text = flow.sealed_token.get("sealed", "")
        if text and not text.startswith(f"v1:{active}:"):
            yield flow


def _again(row: SealedSecret) -> None:
    """Written only where nobody stored another secret meanwhile."""
    origin = sealing.origin_of(row.connection, row.field)
    text = sealing.open_text(row.sealed, table="secret", row=row.pk, field=row.field, origin=origin)
    fresh = sealing.seal_text(
        text.reveal(), table="secret", row=row.pk, field=row.field, origin=origin
    )
    SealedSecret.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=fresh)
