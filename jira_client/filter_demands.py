"""What a filter in JQL demands of every issue that it lets in, as far as that can be read off its text.

Never more than it demands: a clause that is not understood (a function, a text search, NOT, WAS) demands
nothing here. So whoever proves something from these demands has proved it of the filter. It must not ask
Jira anything.

Source: https://support.atlassian.com/jira-software-cloud/docs/jql-operators/
Keywords: https://support.atlassian.com/jira-software-cloud/docs/jql-keywords/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

MOST_ALTERNATIVES: Final = 64
_TOKEN = re.compile(
    r"""\s*+(?:(?P<quoted>"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')|(?P<field>cf\s*\[\s*\d+\s*\])"""
    r"""|(?P<sign>&&|\|\||!=|!~|>=|<=|[()=~<>,!&|])|(?P<word>[^\s()=!~<>,&|"']++)|(?P<odd>\S))""",
    re.S | re.I,
)
_AND: Final = frozenset({"and", "&&", "&"})
_OR: Final = frozenset({"or", "||", "|"})
_NOTHING: Final = frozenset({"empty", "null"})


@dataclass(frozen=True, slots=True)
class Demand:
    """`inside`: the field holds one of the values, or nothing where `empty` is allowed. Otherwise: it holds
    something, and none of the values; Jira's NOT IN leaves out what is empty. `field` is as typed, in
    small letters.
    """

    field: str
    values: frozenset[str]
    inside: bool
    empty: bool = False


Alternative = frozenset[Demand]
ANYTHING: Final[Alternative] = frozenset()


@dataclass(frozen=True, slots=True)
class _Token:
    text: str  # in small letters, unless it is a value
    value: str
    quoted: bool


def alternatives(jql: str) -> tuple[Alternative, ...]:
    """Each issue of the filter meets every demand of one of these; an empty one demands nothing.

    Text that cannot be read, or that has more alternatives than are worth it, is one empty alternative.

    Source: https://support.atlassian.com/jira-software-cloud/docs/jql-operators/
    """
    tokens = [_token(match) for match in _TOKEN.finditer(jql)]
    if not tokens or any(one is None for one in tokens):
        return (ANYTHING,)
    reader = _Reader([one for one in tokens if one is not None])
    try:
        found = reader.any_of()
    except (_Unread, RecursionError):
        return (ANYTHING,)
    return found if reader.at_end else (ANYTHING,)


def _token(match: re.Match[str]) -> _Token | None:
    if match.group("odd"):
        return None
    text = match.group().strip()
    if match.group("quoted"):
        # What an escape stands for is Jira's to say: two spellings may be one value.
        return None if "\\" in text else _Token("", text[1:-1], True)
    if match.group("field"):
        text = re.sub(r"\s", "", text)
    return _Token(text.lower(), text, False)


class _Unread(Exception):
    """The text is not what the grammar here knows."""


class _Reader:
    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def _next(self) -> str:
        """The next word or sign; empty at the end, and for what stands in quotes."""
        return "" if self.at_end else self._tokens[self._at].text

    def _take(self) -> _Token:
        if self.at_end:
            raise _Unread
        self._at += 1
        return self._tokens[self._at - 1]

    def any_of(self) -> tuple[Alternative, ...]:
        found = self._all_of()
        while self._next() in _OR:
            self._take()
            found += self._all_of()
        return found if len(found) <= MOST_ALTERNATIVES else (ANYTHING,)

    def _all_of(self) -> tuple[Alternative, ...]:
        found = self._one()
        while self._next() in _AND:
            self._take()
            more = self._one()
            if len(found) * len(more) <= MOST_ALTERNATIVES:
                found = tuple(a | b for a, b in product(found, more))
        return found

    def _one(self) -> tuple[Alternative, ...]:
        if self._next() in ("not", "!"):
            self._take()
            self._one()
            return (ANYTHING,)
        if self._next() == "(":
            self._take()
            found = self.any_of()
            if self._take().text != ")":
                raise _Unread
            return found
        return (self._clause(),)

    def _clause(self) -> Alternative:
        name = self._take()
        field = name.value.strip().lower()
        if not field or (not name.quoted and not re.match(r"[\w]", field)):
            raise _Unread
        began = self._at
        try:
            demand = self._demand(field)
        except _Unread:
            demand = None
        if demand is not None and (self.at_end or self._next() in (_AND | _OR | {")"})):
            return frozenset({demand})
        self._at = began
        self._skip()
        return ANYTHING

    def _demand(self, field: str) -> Demand | None:
        sign = self._take().text
        negated = sign == "!="
        if sign == "not":
            negated, sign = True, self._take().text
            if sign != "in":
                return None
        if sign == "is":
            if self._next() == "not":
                self._take()
                negated = True
            return self._of(field, [self._operand()], negated, only_empty=True)
        if sign in ("=", "!="):
            return self._of(field, [self._operand()], negated)
        if sign != "in" or self._take().text != "(":
            return None
        values = [self._operand()]
        while self._next() == ",":
            self._take()
            values.append(self._operand())
        return self._of(field, values, negated) if self._take().text == ")" else None

    def _operand(self) -> str | None:
        """A value as typed; None is EMPTY. What a function gives nobody can tell here."""
        token = self._take()
        if self._next() == "(" or (
            not token.quoted and not re.match(r"[^()=!~<>,&|]", token.value)
        ):
            raise _Unread
        return None if not token.quoted and token.text in _NOTHING else token.value.strip()

    @staticmethod
    def _of(
        field: str, values: Sequence[str | None], negated: bool, only_empty: bool = False
    ) -> Demand | None:
        given = frozenset(one for one in values if one is not None)
        if only_empty and given:
            return None
        return Demand(field, given, not negated, not negated and None in values)

    def _skip(self) -> None:
        """Past the rest of a clause, whatever it says."""
        depth = 0
        while not self.at_end:
            word = self._next()
            if depth == 0 and (word in _AND | _OR or word == ")"):
                return
            depth += {"(": 1, ")": -1}.get(word, 0)
            self._take()
