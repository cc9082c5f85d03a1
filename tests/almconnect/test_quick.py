"""`./run.py quick`: the tests of what was changed, each on one flavour, those that matter most first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import quick

ROOT = Path(__file__).resolve().parents[2]


def collected(*words: str, **variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=250,
        env={**os.environ, "ALMCONNECT_TEST_HALF": "", **variables},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_a_package_is_found_by_its_name_and_a_wing_by_its_package() -> None:
    assert quick.tests_of(["planning"]) == ["tests/planning"]
    assert quick.tests_of(["sync/outbound", "sync"]) == ["tests/sync"]
    assert quick.tests_of(["sync/pages"]) == ["tests/sync/pages"]
    assert quick.tests_of(["jira_client"]) == ["tests/jira_client", "tests/doctor"]
    assert quick.tests_of(["outgoing"]) == ["tests/outgoing", "tests/jira_client"]
    assert quick.tests_of(["docs"]) == []


def test_files_that_import_a_changed_module_come_first() -> None:
    found = quick.importing(["sync/inbound/pull.py"], ["tests/sync"])
    assert "tests/sync/test_reconcile_cost.py" in found
    for one in found:
        assert "pull" in (ROOT / one).read_text("utf-8")
    alone = collected("tests/sync/test_walked.py", "tests/sync/test_absence.py")
    led = collected(
        "tests/sync/test_walked.py", "tests/sync/test_absence.py",
        "--first", "tests/sync/test_absence.py",
    )  # fmt: skip
    assert sorted(alone) == sorted(led)
    assert led[0].startswith("tests/sync/test_absence.py")
    assert led[-1].startswith("tests/sync/test_walked.py")


def test_each_test_runs_on_one_flavour_and_none_is_lost() -> None:
    file = "tests/sync/test_absence.py"
    both, one = collected(file), collected(file, "--one-flavour")
    assert set(one) < set(both)

    def names(lines: list[str]) -> set[str]:
        return {line.replace("cloud", "*").replace("datacenter", "*") for line in lines}

    assert names(one) == names(both)
    assert len(one) == len(names(one))


def test_two_halves_are_the_whole() -> None:
    """Each test of rows on either flavour in one half or the other; what is not of rows in the first."""
    files = ("tests/sync/test_absence.py", "tests/sync/core", "tests/accounts/test_menu.py")
    whole = collected(*files)
    first = collected(*files, ALMCONNECT_TEST_HALF="first")  # as CI asks for it
    second = collected(*files, "--half", "second")
    assert {*first} | {*second} == {*whole}
    assert not [one for one in second if one.startswith("tests/sync/core")]
    flavoured = {one for one in whole if one.startswith("tests/sync/test_absence.py")}
    assert flavoured
    assert not flavoured & {*first} & {*second}
    alike = {one for one in whole if one.startswith("tests/accounts")}
    assert alike <= {*first} & {*second}


def test_a_package_without_tests_is_said() -> None:
    with pytest.raises(SystemExit, match="has no tests"):
        quick.tests_of(["benchmarks"])
