"""`rotate_encryption_key` seals everything with the first key, and may stop at any row."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.models import Connection, OAuthFlow, SealedSecret, SecretField
from connections.oauth import handshake
from connections.oauth.oauth_flow import opened, sealed
from connections.setup import key_rotation, settings_editing

pytestmark = pytest.mark.django_db


def ring(*kids: str) -> str:
    return ",".join(f"{k}:{base64.b64encode((k * 32)[:32].encode()).decode()}" for k in kids)


@pytest.fixture
def connections(settings: Any, admin: Any) -> list[Connection]:
    settings.ENCRYPTION_KEYS = ring("old")
    made = []
    for number in range(3):
        row = settings_editing.create(
            actor=None, name=f"c{number}", base_url=f"https://c{number}.example.com"
        )
        sealing.store(row, SecretField.ACCESS_TOKEN, Secret(f"token-{number}"))
        made.append(row)
    flow = handshake.start_oauth(made[0], actor=admin).flow
    OAuthFlow.objects.filter(pk=flow.pk).update(sealed_token=sealed(flow, {"token": "t"}))
    settings.ENCRYPTION_KEYS = ring("new", "old")
    return made


def kids() -> set[str]:
    return {text.split(":")[1] for text in SealedSecret.objects.values_list("sealed", flat=True)}


def test_everything_opens_with_the_new_key_alone(
    connections: list[Connection], settings: Any
) -> None:
    call_command("rotate_encryption_key")
    assert kids() == {"new"}
    settings.ENCRYPTION_KEYS = ring("new")
    for number, row in enumerate(connections):
        found = sealing.load(row, SecretField.ACCESS_TOKEN)
        assert found is not None
        assert found.reveal() == f"token-{number}"
    assert opened(OAuthFlow.objects.get()) == {"token": "t"}


def test_stopped_half_way_it_goes_on(
    connections: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal, calls = sealing.seal_text, []

    def seal_once(*args: Any, **more: Any) -> str:
        calls.append(1)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return seal(*args, **more)

    monkeypatch.setattr(sealing, "seal_text", seal_once)
    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate()
    assert kids() == {"new", "old"}
    monkeypatch.setattr(sealing, "seal_text", seal)
    left = key_rotation.remaining()
    assert key_rotation.rotate().sealed == left
    assert key_rotation.remaining() == 0


def test_what_does_not_open_is_named_and_left(connections: list[Connection]) -> None:
    Connection.objects.filter(pk=connections[1].pk).update(base_url="https://moved.example.com")
    with pytest.raises(CommandError, match="still need the old key"):
        call_command("rotate_encryption_key")
    assert kids() == {"new", "old"}


def test_a_run_of_the_dance_that_does_not_open_ends(connections: list[Connection]) -> None:
    OAuthFlow.objects.update(sealed_token={"sealed": "v1:old:AAAA"})
    call_command("rotate_encryption_key")
    assert kids() == {"new"}
    flow = OAuthFlow.objects.get()
    assert (flow.outcome, flow.sealed_token) == ("unreadable", {})
