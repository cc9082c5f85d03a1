"""The vendor's data beside the repository: absent they may be, where proofs are required not half."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.outcomes import Failed, Skipped

from tests import environment
from tests.vendor_data import WHOLE, lacking, vendor_data


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder that holds one of the documents, and nothing else."""
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "cloud-software-2022-07.json").write_text("{}")
    return tmp_path


def test_what_lies_here_is_whole() -> None:
    assert lacking(vendor_data()) == []


@pytest.mark.parametrize("required", [True, False])
def test_an_absent_folder_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    monkeypatch.setattr(environment, "REQUIRED", required)
    with pytest.raises(Skipped):
        vendor_data("recorded", tmp_path / "nothing")


def test_half_of_it_fails_where_proofs_are_required(
    half: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(lacking(half)) == len(WHOLE) - 1
    monkeypatch.setattr(environment, "REQUIRED", True)
    with pytest.raises(Failed, match="recorded/rest-server: 0 of"):
        vendor_data("openapi/cloud-software-2022-07.json", half)


def test_half_of_it_is_used_elsewhere(half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "REQUIRED", False)
    assert vendor_data("openapi/cloud-software-2022-07.json", half).is_file()
    with pytest.raises(Skipped):
        vendor_data("oauth1_rsa_vectors.json", half)
