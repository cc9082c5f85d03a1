"""What the client's tests share: a key pair, and the folder of recorded data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jira_client.keys import KeyPair, generate_key_pair
from tests.vendor_data import vendor_data


@pytest.fixture(scope="session")
def pair() -> KeyPair:
    return generate_key_pair()


@pytest.fixture(scope="session")
def jira_data() -> Path:
    return vendor_data()


@pytest.fixture(scope="session")
def recorded(jira_data: Path) -> Callable[[str], Any]:
    """`recorded("rest-server/project.json")`: a recorded answer as JSON."""

    def load(name: str) -> Any:
        return json.loads((jira_data / "recorded" / name).read_text("utf-8"))

    return load
