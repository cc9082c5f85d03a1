"""Variables are read strictly: a wrong one stops the start and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from almconnect import databases
from almconnect.lib import env

NAME = "ALMCONNECT_FOR_THIS_TEST"


def test_blank_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "  ")
    assert env.text(NAME, "usual") == "usual"
    with pytest.raises(env.EnvironmentInvalid, match=NAME):
        env.text(NAME)


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env.secret(NAME) == "s3cret"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_missing_or_empty_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    with pytest.raises(env.EnvironmentInvalid, match=f"{NAME}_FILE"):
        env.secret(NAME, "never the default")


def test_value_and_file_together_are_refused_without_the_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(NAME, "s3cret")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "x"))
    with pytest.raises(env.EnvironmentInvalid, match="not both") as caught:
        env.secret(NAME)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("raw", ["soon", "nan", "inf", "-1"])
def test_numbers_are_numbers_in_range(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv(NAME, raw)
    with pytest.raises(env.EnvironmentInvalid, match=NAME):
        env.number(NAME, 1, least=0)


@pytest.mark.parametrize(
    ("raw", "meant"), [("YES", True), ("1", True), ("off", False), ("no", False)]
)
def test_flags(monkeypatch: pytest.MonkeyPatch, raw: str, meant: bool) -> None:
    monkeypatch.setenv(NAME, raw)
    assert env.flag(NAME) is meant
    monkeypatch.setenv(NAME, "perhaps")
    with pytest.raises(env.EnvironmentInvalid, match=NAME):
        env.flag(NAME)


def test_lists_by_comma_or_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "10.0.0.0/8, ::1  fd00::/8")
    assert env.words(NAME) == ["10.0.0.0/8", "::1", "fd00::/8"]


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/x", "postgres://u:s3cret@h", "s3cret", "://"])
def test_a_wrong_database_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(env.EnvironmentInvalid, match="ALMCONNECT_DATABASE_URL") as caught:
        databases.from_url(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_networks_are_proven_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "10.0.0.0/8 ::1")
    assert env.networks(NAME) == ["10.0.0.0/8", "::1"]
    monkeypatch.setenv(NAME, "10.0.0.0/8 intranet")
    with pytest.raises(env.EnvironmentInvalid, match="'intranet'"):
        env.networks(NAME)
