"""Comments: what a listing of Jira's means for the board, and what Jira is told of one written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from jira_client.values import Comment
from sync.core.mapping import OPERATION_PROPERTY

HIDDEN: Final = "-"  # digest of an issue that does not tell its comments
_LONGEST_NAME: Final = 255


def composed(author: str, body: str) -> str:
    """The whole text of a comment written here: Jira shows the service user, so its first line says who
    wrote it.
    """
    return f"{author}:\n{body}"


def without_author(author: str, text: str) -> str:
    """The text of a comment written here, as Jira shows it, without the line that says who wrote it;
    whole where somebody has taken that line out.
    """
    head = f"{author}:"
    return text[len(head) :].strip() if text.startswith(head) else text.strip()


def mark(comment: str) -> dict[str, Any]:
    """The entity properties by which a comment that was written here is known, by its id here."""
    return {OPERATION_PROPERTY: {"comment": comment}}


def marked(properties: Mapping[str, Any]) -> str:
    """The id that these properties name; empty where they are not ours."""
    value = properties.get(OPERATION_PROPERTY)
    return str(value.get("comment", "")) if isinstance(value, Mapping) else ""


def is_text(there: Comment, text: str) -> bool:
    """Whether Jira shows this text, whatever it did to its ends and its line breaks."""
    return _plain(there.body or "") == _plain(text)


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def digest(listed: Sequence[Comment] | None) -> str:
    """What a listing says, in 40 characters: the same listing says nothing new. Empty for none."""
    if listed is None:
        return HIDDEN
    if not listed:
        return ""
    told = [(one.id, str(one.updated), one.restricted, one.author_name, one.body) for one in listed]
    return hashlib.sha256(repr(sorted(told)).encode("utf-8", "replace")).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Held:
    """A comment that the board holds. `raw`: its text as Jira last showed it; `busy`: something of it waits
    to be sent, or was refused; `remote_id` is empty where its id is of another Jira, by now.
    """

    key: Any
    remote_id: str
    raw: str
    body: str
    author_name: str
    from_jira: bool
    author_id: str = ""
    created: datetime | None = None
    deleted: bool = False
    confirmed: datetime | None = None
    busy: bool = False


@dataclass(slots=True)
class Listing:
    """What follows of a listing: comments that are new, columns that change, those that are gone, and
    those of ours that a restored Jira has lost: they stay here.

    `whole`: nothing was left aside until a later read.
    """

    new: list[Comment] = field(default_factory=list)
    changed: dict[Any, dict[str, Any]] = field(default_factory=dict)
    gone: list[Any] = field(default_factory=list)
    parted: list[Any] = field(default_factory=list)
    withheld: int = 0
    whole: bool = True


def compare(
    listed: Sequence[Comment],
    held: Iterable[Held],
    *,
    began: datetime,
    account: str,
    doubt: bool,
    restored: bool = False,
) -> Listing:
    """What a listing that was read from `began` on says of an item's comments.

    `account`: whom we are in Jira; `doubt`: a comment of ours may be there whose answer never came, so
    what this account wrote and nobody knows is left aside; `restored`: Jira was put back since. A comment
    that is not for all who see the issue is withheld: the board knows no such bounds.
    """
    found = Listing(withheld=sum(one.restricted for one in listed))
    rows = list(held)
    told = {one.id: one for one in listed}
    others = [row for row in rows if row.remote_id in told and _is_other(row, told[row.remote_id])]
    rows = [row for row in rows if row not in others]
    known = {row.remote_id: row for row in rows if row.remote_id}
    loose = [row for row in rows if not row.remote_id]
    shown = {one.id: one for one in listed if not one.restricted}
    found.parted = [row.key for row in others]
    for one in shown.values():
        row = known.get(one.id) or _by_text(one, loose)
        if row is not None:
            _compare_one(found, row, one, began, account)
        elif doubt and one.author_id == account:
            found.whole = False
        else:
            found.new.append(one)
    for row in [*known.values(), *loose]:
        if row.remote_id in shown or row.key in found.changed or row.deleted:
            continue
        if not row.remote_id:
            continue  # it is not in this Jira, or not found there yet: it stays
        if row.busy or _is_later(row, began):
            found.whole = False
        elif restored and not row.from_jira:
            found.parted.append(row.key)
        else:
            found.gone.append(row.key)
    return found


def _is_other(row: Held, there: Comment) -> bool:
    """Whether a Jira that was put back gave the comment's number to another one."""
    if row.from_jira:
        return bool(row.created and there.created and row.created != there.created)
    return bool(row.author_id and there.author_id and row.author_id != there.author_id)


def _by_text(there: Comment, loose: list[Held]) -> Held | None:
    """The comment that had another id in the Jira before; each is found once."""
    for row in loose:
        if row.raw == (there.body or ""):
            loose.remove(row)
            return row
    return None


def _compare_one(found: Listing, row: Held, there: Comment, began: datetime, account: str) -> None:
    columns = _differing(row, there, account)
    if not columns:
        return
    if row.busy or _is_later(row, began):
        found.whole = False
        if not row.remote_id:
            found.changed[row.key] = _found_again(row, there)
        return
    found.changed[row.key] = columns


def _found_again(row: Held, there: Comment) -> dict[str, Any]:
    """The ids under which the Jira of now holds it."""
    columns: dict[str, Any] = {"remote_id": there.id, "author_remote_id": there.author_id}
    return columns | ({"created": there.created} if row.from_jira and there.created else {})


def _differing(row: Held, there: Comment, account: str) -> dict[str, Any]:
    columns = {} if row.remote_id else _found_again(row, there)
    if row.deleted:
        columns["deleted"] = None
    raw = there.body or ""
    if raw != row.raw:
        columns |= {"remote_body": raw, "edited": there.updated}
        if row.from_jira:
            columns["body"] = raw.strip()
        else:
            if raw:
                columns["body"] = without_author(row.author_name, raw)
            columns["edited_in_jira"] = there.editor_id != account
    name = there.author_name[:_LONGEST_NAME]
    if row.from_jira and name and name != row.author_name:
        columns["author_name"] = name
    return columns


def _is_later(row: Held, began: datetime) -> bool:
    """Jira took a write of ours after this read began, so that the read says nothing of it."""
    return row.confirmed is not None and row.confirmed >= began
