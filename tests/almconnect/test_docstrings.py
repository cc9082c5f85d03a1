"""Public functions of the client and of `outgoing` say what they raise and where their rules are from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import docstrings

ROOT = Path(__file__).resolve().parents[2]
PAGE = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/"
CLIENT = "jira_client"
ERRORS = '''"""Errors."""
class JiraError(Exception): ...
class Invalid(JiraError): ...
'''


def package(folder: Path, module: str, *, of_package: str = "") -> Path:
    """A client with one module, and a package of its own around it."""
    wing = folder / "jira_client" / "wing"
    wing.mkdir(parents=True)
    (folder / "jira_client" / "__init__.py").write_text(f'"""A client.\n\nSource: {PAGE}\n"""\n')
    (folder / "jira_client" / "errors.py").write_text(ERRORS)
    (wing / "__init__.py").write_text(f'"""A wing.\n\n{of_package}\n"""\n')
    (wing / "module.py").write_text(module)
    return folder


def module(body: str, source: str = f"Source: {PAGE}") -> str:
    return (
        f'"""A module.\n\n{source}\n"""\nfrom jira_client.errors import Invalid, JiraError\n{body}'
    )


def test_the_tree_is_as_it_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert docstrings.main(ROOT) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("def one(): ...", "one has no docstring"),
        ("class A:\n def one(self): ...", "A.one has no docstring"),
        ('def one():\n "Says no."\n raise Invalid()', "one can raise"),
        ('def one():\n "Raises ValueError."\n raise Invalid()', "one can raise"),
        ('def one():\n "Says no."\n _two()\ndef _two():\n raise Invalid()', "one can raise"),
        ('def one():\n "Says no."\n raise _two()\ndef _two() -> JiraError: ...', "one can raise"),
        ('def one(caller: Caller):\n "Asks."\n return caller.call()', "one can raise"),
        (
            'class A:\n def one(self):\n  "Asks."\n  return self._caller.flavour.api',
            "A.one can raise",
        ),
        (
            'class A:\n def one(self):\n  "Asks."\n  return self._b()\n def _b(self):\n  raise JiraError()',
            "A.one can raise",
        ),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, body: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert docstrings.main(package(tmp_path, module(body))) == 1
    assert complaint in capsys.readouterr().out


@pytest.mark.parametrize(
    "body",
    [
        'def one():\n "Raises JiraError."\n raise Invalid()',
        'def one(caller: Caller):\n "Raises what `call` raises."\n return caller.call()',
        'def one(caller: Caller):\n "Closes it. Raises no error."\n caller.close()',
        'def one():\n "Says no. Raises ValueError."\n raise ValueError()',
        'def one():\n "The sum."\n return 1',
        "def _one():\n raise Invalid()",
        "class _A:\n def one(self):\n  raise Invalid()",
        'def one():\n "Goes in a circle."\n _two()\ndef _two():\n one()',
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, body: str) -> None:
    assert docstrings.of_package(package(tmp_path, module(body)), CLIENT) == []


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (f"Source: {PAGE}", True),
        (f"Source of the limit: {PAGE}", True),
        ("Source: seen in answers of real instances; the vendor\ndoes not say.", True),
        (docstrings.NO_RULE, True),
        ("", False),
        (f"See {PAGE}", False),
        (f"Source: none\n\n{PAGE}", False),
        ("Source: https://example.com/jira", False),
        ("Source: the reference, section A", False),
    ],
)
def test_a_source_has_a_form(tmp_path: Path, source: str, named: bool) -> None:
    found = docstrings.of_package(
        package(tmp_path, module('def one():\n "The sum."', source)), CLIENT
    )
    assert bool(found) is not named


def test_outgoing_is_looked_at_by_its_own_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "outgoing"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Calls."""\n')
    (folder / "errors.py").write_text('"""Errors."""\nclass CallFailed(Exception): ...\n')
    (folder / "dial.py").write_text(
        f'"""Dials.\n\n{docstrings.NO_RULE}\n"""\nfrom outgoing.errors import CallFailed\n'
        'def dial():\n "Says no."\n raise CallFailed()\n'
    )
    assert docstrings.main(tmp_path) == 1
    assert "dial can raise a CallFailed" in capsys.readouterr().out


def test_a_source_counts_for_what_is_below_it(tmp_path: Path) -> None:
    said = f'"""The sum.\n\n {"Source: " + PAGE}\n """'
    of_class = f"class A:\n {said}\n def one(self):\n  'The sum.'"
    for number, (body, around) in enumerate(
        [(f"def one():\n {said}", ""), (of_class, ""), ("def one():\n 'A'", f"Source: {PAGE}")]
    ):
        folder = package(tmp_path / str(number), module(body, ""), of_package=around)
        assert docstrings.of_package(folder, CLIENT) == []


def test_the_sandbox_names_what_it_imitates(tmp_path: Path) -> None:
    folder = tmp_path / "jira_sandbox" / "rest"
    folder.mkdir(parents=True)
    for path in (folder.parent / "__init__.py", folder / "__init__.py", folder / "issues.py"):
        path.write_text('"""Words."""\n')
    (folder.parent / "serving.py").write_text('"""Imitates nothing."""\n')
    (folder / "links.py").write_text(f'"""Links.\n\nSource: {PAGE}\n"""\n')
    assert docstrings.of_sandbox(tmp_path) == [
        "jira_sandbox/rest/issues.py:1: the module names no source"
    ]
