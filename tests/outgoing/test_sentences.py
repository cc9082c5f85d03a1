"""The package knows no kind of server: none of its words is about Jira, or a label of a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from outgoing import errors
from outgoing.address import AddressPolicy
from outgoing.channel import Channel

PACKAGE = Path(errors.__file__).parent
OF_ONE_KIND = ("jira", "atlassian", "oauth", "instance url", "advanced settings")


def texts(path: Path) -> Iterator[str]:
    """Every text in a module but its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_no_word_is_of_one_kind_of_server() -> None:
    told = [text for path in PACKAGE.glob("*.py") for text in texts(path)]
    assert len(told) > 100
    assert [text for text in told if any(word in text.lower() for word in OF_ONE_KIND)] == []


@pytest.mark.parametrize(
    "url", ["", "host.example.com", "ftp://host", "https://a:b@host.example.com"]
)
def test_an_address_that_is_none_is_refused_in_its_own_words(url: str) -> None:
    with pytest.raises(errors.UrlUnusable, match=r"^The address must ") as caught:
        Channel(url, AddressPolicy())
    assert caught.value.code == "url_unusable"


def test_a_certificate_is_asked_for_by_https_only() -> None:
    with Channel("http://host.example.com", AddressPolicy()) as channel:
        with pytest.raises(errors.UrlUnusable, match="no certificate"):
            channel.certificate()
