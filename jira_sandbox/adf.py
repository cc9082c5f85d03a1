"""Atlassian Document Format to and from wiki text, as far as v2 and v3 must agree.

Paragraphs, headings, lists, code, quotes, rules and the usual marks survive; what wiki text cannot
hold is dropped, as Jira does. It must not know issues.

Source: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Iterable
from typing import Any

MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}


def document(text: str | None) -> dict[str, Any] | None:
    """Plain wiki text as a document of paragraphs, or None."""
    if text is None:
        return None
    paragraphs = text.replace("\r\n", "\n").split("\n\n") if text else []
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in paragraphs]}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def is_document(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "doc"
        and value.get("version") == 1
        and isinstance(value.get("content"), list)
    )


def wiki(value: dict[str, Any] | None) -> str | None:
    """The wiki text of a document; None stays None."""
    if value is None:
        return None
    return "\n\n".join(_block(node) for node in value.get("content", ()))


def _block(node: dict[str, Any]) -> str:
    kind, inner = node.get("type"), node.get("content", ())
    if kind == "heading":
        return f"h{node.get('attrs', {}).get('level', 1)}. {_inline(inner)}"
    if kind in ("bulletList", "orderedList"):
        mark = "*" if kind == "bulletList" else "#"
        return "\n".join(f"{mark} {_joined(item.get('content', ()))}" for item in inner)
    if kind == "codeBlock":
        return "{code}\n" + _inline(inner) + "\n{code}"
    if kind == "blockquote":
        return "{quote}" + _joined(inner) + "{quote}"
    if kind == "rule":
        return "----"
    return _inline(inner)


def _joined(nodes: Iterable[dict[str, Any]]) -> str:
    return "\n".join(_block(node) for node in nodes)


def _inline(nodes: Iterable[dict[str, Any]]) -> str:
    return "".join(_leaf(node) for node in nodes)


def _leaf(node: dict[str, Any]) -> str:
    kind, attrs = node.get("type"), node.get("attrs", {})
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return f"[~accountid:{attrs.get('id', '')}]"
    if kind in ("emoji", "inlineCard"):
        return str(attrs.get("text") or attrs.get("url") or attrs.get("shortName") or "")
    text = str(node.get("text", ""))
    for mark in node.get("marks", ()):
        if mark.get("type") == "link":
            text = f"[{text}|{mark.get('attrs', {}).get('href', '')}]"
        elif mark.get("type") == "code":
            text = "{{" + text + "}}"
        else:
            sign = MARKS.get(mark.get("type", ""), "")
            text = f"{sign}{text}{sign}"
    return text
