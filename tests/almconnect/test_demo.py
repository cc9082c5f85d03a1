"""The demo from an empty folder: ready, signed in by its link, its sandboxes answering, ended in order."""

from __future__ import annotations

import http.cookiejar
import json
import os
import signal
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.almconnect.installations import get, running, start
from tests.almconnect.waiting import wait_for

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, Any]]]:
    with running("demo", tmp_path_factory.mktemp("demo") / "data") as installation:
        yield installation


def test_is_ready_with_every_part(demo: tuple[Any, dict[str, Any]]) -> None:
    status, body = get(demo[1]["url"] + "/readyz")
    assert status == 200
    assert {part["state"] for part in json.loads(body)["checks"].values()} == {"ok"}


def test_the_login_link_signs_in_an_admin(demo: tuple[Any, dict[str, Any]]) -> None:
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(demo[1]["login_url"], timeout=20) as answer:
        assert answer.status == 200
        assert answer.geturl().startswith(demo[1]["url"])


@pytest.mark.parametrize(("name", "kind"), [("cloud", "Cloud"), ("datacenter", "Server")])
def test_both_jiras_answer(demo: tuple[Any, dict[str, Any]], name: str, kind: str) -> None:
    _, body = get(demo[1]["sandboxes"][name] + "/rest/api/2/serverInfo")
    assert json.loads(body)["deploymentType"] == kind
    assert demo[1]["accounts"][name]["service_user"]["username"] == "svc-alm"


def test_a_jira_by_tls_whose_certificate_can_be_switched(demo: tuple[Any, dict[str, Any]]) -> None:
    assert set(demo[1]["tls_urls"]) == {"datacenter"}
    door, front = demo[1]["tls_urls"]["datacenter"], demo[1]["sandboxes"]["datacenter"]
    with pytest.raises(urllib.error.URLError, match="self-signed"):
        get(door + "/rest/api/2/serverInfo")
    switch = json.dumps({"name": "tls_certificate", "value": "unknown_ca"}).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{front}/sandbox/faults", switch, kind)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200
    trusting = ssl.create_default_context(cadata=get(f"{front}/sandbox/authority.pem")[1])
    address = f"{door}/rest/api/2/serverInfo"
    with urllib.request.urlopen(address, timeout=20, context=trusting) as answer:
        assert json.loads(answer.read())["deploymentType"] == "Server"


def test_worker_and_beat_show_signs_of_life(demo: tuple[Any, dict[str, Any]]) -> None:
    hearts = Path(demo[1]["data"]) / "heartbeats"
    wait_for(
        "both roles",
        lambda: {p.name.split("@")[0] for p in hearts.glob("*")} >= {"worker", "beat"},
        90,
    )


def test_a_second_installation_on_the_folder_is_refused(demo: tuple[Any, dict[str, Any]]) -> None:
    second = start("serve", Path(demo[1]["data"]))
    _, said = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "already runs on" in said


def child_of(pid: int, word: bytes) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(
        int(child) for child in children if word in Path(f"/proc/{child}/cmdline").read_bytes()
    )


@pytest.mark.parametrize("word", [b"granian", b"valkey-server"])
def test_a_killed_part_is_started_again(demo: tuple[Any, dict[str, Any]], word: bytes) -> None:
    victim = child_of(demo[0].pid, word)
    os.kill(victim, signal.SIGKILL)

    def all_well() -> bool:
        try:
            return json.loads(get(demo[1]["url"] + "/readyz")[1])["status"] == "ok"
        except OSError:
            return False

    wait_for("the killed one is gone", lambda: not Path(f"/proc/{victim}").exists(), 20)
    wait_for("every part is well again", all_well, 60)
