"""Folding the outbox: ten edits of one item are one write, in the order that Jira can follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pending:
    """One waiting Change, by ids. `sent` says that an attempt may already have reached Jira."""

    change: int
    item: str
    kind: str  # create | edit | delete | link | unlink | comment
    link: str = ""
    fields: tuple[str, ...] = ()
    sent: bool = False


@dataclass(frozen=True, slots=True)
class ItemWork:
    """What is to be done for one item, in this order: create, edit, link and unlink, comment, delete.

    Each list holds change ids; `edits` are folded into one write, and `fields` names what they touch.
    """

    item: str
    creates: tuple[int, ...] = ()
    edits: tuple[int, ...] = ()
    fields: frozenset[str] = frozenset()
    links: tuple[int, ...] = ()
    unlinks: tuple[int, ...] = ()
    comments: tuple[int, ...] = ()
    deletes: tuple[int, ...] = ()

    @property
    def after_links(self) -> tuple[int, ...]:
        """What needs the item to be in Jira, and nothing else: comments, and its end."""
        return (*self.comments, *self.deletes)


@dataclass(frozen=True, slots=True)
class Folded:
    """`work` in the order of each item's first change; `dropped` needs no call at all."""

    work: tuple[ItemWork, ...] = ()
    dropped: tuple[int, ...] = ()


@dataclass(slots=True)
class _Gathered:
    by_kind: dict[str, list[Pending]] = field(default_factory=dict)

    def ids(self, kind: str) -> tuple[int, ...]:
        return tuple(row.change for row in self.by_kind.get(kind, ()))


def fold(changes: Iterable[Pending]) -> Folded:
    """Fold the changes of one connection. What was created and deleted unsent is dropped whole."""
    rows, dropped = _without_cancelled(list(changes))
    items: dict[str, _Gathered] = {}
    for row in rows:
        items.setdefault(row.item, _Gathered()).by_kind.setdefault(row.kind, []).append(row)
    work: list[ItemWork] = []
    for item, gathered in items.items():
        if _never_sent(gathered):
            dropped.extend(row.change for rows in gathered.by_kind.values() for row in rows)
        else:
            work.append(_work(item, gathered))
    return Folded(tuple(work), tuple(sorted(dropped)))


def _work(item: str, gathered: _Gathered) -> ItemWork:
    edits = gathered.by_kind.get("edit", ())
    return ItemWork(
        item=item,
        creates=gathered.ids("create"),
        edits=gathered.ids("edit"),
        fields=frozenset(name for row in edits for name in row.fields),
        links=gathered.ids("link"),
        unlinks=gathered.ids("unlink"),
        comments=gathered.ids("comment"),
        deletes=gathered.ids("delete"),
    )


def _never_sent(gathered: _Gathered) -> bool:
    creates = gathered.by_kind.get("create", ())
    return bool(creates and "delete" in gathered.by_kind and not any(row.sent for row in creates))


def _without_cancelled(changes: Sequence[Pending]) -> tuple[list[Pending], list[int]]:
    """Links that were drawn and removed again before anything was sent cancel out."""
    drawn = {row.link: row for row in changes if row.kind == "link" and not row.sent}
    removed = {row.link for row in changes if row.kind == "unlink"}
    gone = {link for link in drawn if link in removed}
    kept = [row for row in changes if not (row.kind in {"link", "unlink"} and row.link in gone)]
    keep = {row.change for row in kept}
    return kept, [row.change for row in changes if row.change not in keep]
