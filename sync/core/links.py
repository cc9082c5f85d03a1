"""Which link of the board is which link of Jira, by the types of the work items that it joins.

Both ways are each other's inverse: what is sent as a link type is read back as the same word, and a
link that is read as a word would be sent as the same link type. Where that cannot be had, a link stays
on the side where it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LinkRule:
    """“Between a `source` and a `target`, `word` is Jira's `link_type`.” Types are the board's."""

    source: str
    word: str
    target: str
    link_type: str


@dataclass(frozen=True, slots=True)
class LinkTable:
    """`words`: board word → Jira link type name, where no rule says otherwise. Of rules, and of words,
    that contradict each other the first counts. `ids`: the ids of link types by these names, as far as
    known.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[LinkRule, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    _sent: Mapping[tuple[str, str, str], str] = field(init=False, compare=False, repr=False)
    _read: Mapping[tuple[str, str, str], str] = field(init=False, compare=False, repr=False)
    _back: Mapping[str, str] = field(init=False, compare=False, repr=False)
    _names: Mapping[str, str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        sent: dict[tuple[str, str, str], str] = {}
        read: dict[tuple[str, str, str], str] = {}
        for rule in self.rules:
            ends = rule.source, rule.target
            if (*ends, rule.word) not in sent and (*ends, rule.link_type) not in read:
                sent[(*ends, rule.word)] = rule.link_type
                read[(*ends, rule.link_type)] = rule.word
        back: dict[str, str] = {}
        for word, link_type in self.words.items():
            back.setdefault(link_type, word)
        names = {link_type: name for name, link_type in self.ids.items()}
        made = (("_sent", sent), ("_read", read), ("_back", back), ("_names", names))
        for name, value in made:
            object.__setattr__(self, name, value)

    def __bool__(self) -> bool:
        return bool(self.words or self.rules)

    @property
    def link_types(self) -> frozenset[str]:
        """Jira's link types that are named here."""
        return frozenset(self.words.values()) | {rule.link_type for rule in self.rules}

    def called(self, type_id: str, name: str) -> str:
        """The name by which this table knows a link type that Jira calls `name` now; empty where that
        name stands for another type here.
        """
        known = self._names.get(type_id)
        return known or ("" if type_id and name in self.ids else name)

    def to_jira(self, word: str, source: str, target: str) -> str | None:
        """The link type of a link between items of these types; None: it stays on the board."""
        own = self._sent.get((source, target, word))
        if own is not None:
            return own
        link_type = self.words.get(word)
        if link_type is None or self._back[link_type] != word:
            return None
        return None if (source, target, link_type) in self._read else link_type

    def to_board(self, link_type: str, source: str, target: str) -> str | None:
        """The board's word for a link between items of these types; None: it stays in Jira."""
        own = self._read.get((source, target, link_type))
        if own is not None:
            return own
        word = self._back.get(link_type)
        return None if word is None or (source, target, word) in self._sent else word


def contradiction(rules: Iterable[LinkRule]) -> tuple[LinkRule, LinkRule] | None:
    """Two rules that cannot both hold: one word for two link types, or one link type for two words."""
    by_word: dict[tuple[str, str, str], LinkRule] = {}
    by_type: dict[tuple[str, str, str], LinkRule] = {}
    for rule in rules:
        ends = rule.source, rule.target
        for found, name in ((by_word, rule.word), (by_type, rule.link_type)):
            other = found.setdefault((*ends, name), rule)
            if other is not rule:
                return other, rule
    return None
