"""JQL text to a tree. It must not know the model.

query  := [or] [ORDER BY field [ASC|DESC], …]
or     := and (OR and)*          and := not (AND not)*        not := [NOT] (clause | '(' or ')')
clause := field (= | != | < | <= | > | >= | ~ | !~) value | field [NOT] IN list | field IS [NOT]
          (EMPTY | NULL)
"""

import re
from dataclasses import dataclass

from ..refusal import Refusal

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<op><=|>=|!=|!~|[=<>~(),])"""
    r"""|(?P<field>cf\[\d+\])|(?P<word>[^\s"'=<>~!(),]+))"""
)
RESERVED = {"and", "or", "not", "in", "is", "order", "by", "empty", "null", "asc", "desc"}


@dataclass(frozen=True, slots=True)
class Call:
    """A function in place of a value: `currentUser()`."""

    name: str
    args: tuple[str, ...]


Value = str | Call | None


@dataclass(frozen=True, slots=True)
class Clause:
    """`values` holds one value, or those of a list; None is EMPTY."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """`kind` is and, or, not (one part)."""

    kind: str
    parts: tuple["Node", ...]


Node = Clause | Junction


@dataclass(frozen=True, slots=True)
class Query:
    where: Node | None
    order: tuple[tuple[str, bool], ...]
    """Field and whether it descends."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def lower(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


def refuse(message: str) -> Refusal:
    return Refusal(400, f"Error in the JQL Query: {message}")


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise refuse(f"The character at position {place + 1} is not expected.")
        raw = match.group(match.lastgroup)
        if match.lastgroup == "text":
            raw = re.sub(r"\\(.)", r"\1", raw[1:-1])
        found.append(Token(match.lastgroup, raw))
        place = match.end()
    return found


class Parser:
    """One query's tokens, read from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.place = 0

    def peek(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else Token("end", "")

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def accept(self, *words: str) -> bool:
        """Takes the words if they come next."""
        ahead = self.tokens[self.place : self.place + len(words)]
        if len(ahead) == len(words) and all(
            one.lower == word or (one.kind == "op" and one.text == word)
            for one, word in zip(ahead, words, strict=True)
        ):
            self.place += len(words)
            return True
        return False

    def query(self) -> Query:
        where: Node | None = None
        if self.peek().kind != "end" and self.peek().lower != "order":
            where = self.either()
        order: tuple[tuple[str, bool], ...] = ()
        if self.accept("order", "by"):
            order = self.ordering()
        if self.peek().kind != "end":
            raise refuse(f"Expecting either 'OR' or 'AND' but got '{self.peek().text}'.")
        return Query(where, order)

    def ordering(self) -> tuple[tuple[str, bool], ...]:
        found: list[tuple[str, bool]] = []
        while True:
            field = self.take()
            if field.kind not in ("word", "text", "field"):
                raise refuse("A field name is expected after 'ORDER BY'.")
            descends = self.accept("desc")
            if not descends:
                self.accept("asc")
            found.append((field.text, descends))
            if not self.accept(","):
                return tuple(found)

    def either(self) -> Node:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def both(self) -> Node:
        parts = [self.negated()]
        while self.accept("and"):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def negated(self) -> Node:
        if self.accept("not"):
            return Junction("not", (self.negated(),))
        if self.accept("("):
            inner = self.either()
            if not self.accept(")"):
                raise refuse("Expecting ')' before the end of the query.")
            return inner
        return self.clause()

    def clause(self) -> Clause:
        field = self.take()
        if field.kind not in ("word", "text", "field") or field.lower in RESERVED:
            raise refuse(f"'{field.text}' is not expected here; a field name is.")
        if self.accept("not", "in"):
            return Clause(field.text, "not in", self.listed())
        if self.accept("in"):
            return Clause(field.text, "in", self.listed())
        if self.accept("is", "not"):
            return self.empty(field.text, "!=")
        if self.accept("is"):
            return self.empty(field.text, "=")
        operator = self.take()
        if operator.kind != "op" or operator.text in "(),":
            raise refuse(
                f"Expecting operator but got '{operator.text}'. The valid operators are '=', "
                "'!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
            )
        return Clause(field.text, operator.text, (self.value(),))

    def empty(self, field: str, operator: str) -> Clause:
        if not (self.accept("empty") or self.accept("null")):
            raise refuse("'IS' is followed by EMPTY or NULL.")
        return Clause(field, operator, (None,))

    def listed(self) -> tuple[Value, ...]:
        if not self.accept("("):
            return (self.value(),)
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        if not self.accept(")"):
            raise refuse("Expecting ')' at the end of a list.")
        return tuple(values)

    def value(self) -> Value:
        token = self.take()
        if token.kind == "word" and token.lower in ("empty", "null"):
            return None
        if token.kind == "text":
            return token.text
        if token.kind != "word" or token.lower in RESERVED:
            raise refuse(f"Expecting a value but got '{token.text}'.")
        if self.accept("("):
            args: list[str] = []
            while not self.accept(")"):
                one = self.take()
                if one.kind == "end":
                    raise refuse("Expecting ')' at the end of a function.")
                if one.text != ",":
                    args.append(one.text)
            return Call(token.lower, tuple(args))
        return token.text
