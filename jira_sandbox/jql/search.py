"""Running a parsed query: predicates, a narrow set of candidates, and the order.

Only issues in projects the reader may browse are ever found. It must not render anything.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..model.issues import Issue
from ..model.people import User
from ..model.site import Site
from ..refusal import Refusal
from .operands import Operands
from .parse import Clause, Junction, Node, Parser, Query, refuse

Test = Callable[[Issue], bool]
SETS = ("sprint", "labels", "fixversions", "components")
ORDERED = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Found:
    """All matches in order, and warnings where unknown ids were forgiven."""

    issues: list[Issue]
    warnings: list[str]


def bounded(text: str) -> bool:
    """Whether the query restricts anything; Cloud refuses one that does not."""
    return Parser(text).query().where is not None


class Compiler:
    """Builds the predicate of a query; with `lenient`, unknown values match nothing and warn."""

    def __init__(self, operands: Operands, lenient: bool = False) -> None:
        self.operands = operands
        self.lenient = lenient
        self.warnings: list[str] = []

    def test(self, node: Node) -> Test:
        if isinstance(node, Clause):
            return self.clause(node)
        tests = [self.test(part) for part in node.parts]
        if node.kind == "and":
            return lambda issue: all(test(issue) for test in tests)
        if node.kind == "or":
            return lambda issue: any(test(issue) for test in tests)
        return lambda issue: not tests[0](issue)

    def literals(self, name: str, clause: Clause) -> list[Any]:
        found: list[Any] = []
        for literal in clause.values:
            try:
                found.extend(self.operands.values(name, literal))
            except Refusal as refusal:
                if not self.lenient:
                    raise
                self.warnings.extend(refusal.messages)
        return found

    def clause(self, clause: Clause) -> Test:
        name = self.operands.canonical(clause.field)
        get = self.operands.get(name)
        if name == "key" and clause.operator in ORDERED:
            return self._ids(clause)
        if clause.operator in ("~", "!~"):
            return self._contains(clause, get)
        values = self.literals(name, clause)
        if clause.operator in ORDERED:
            return self._ordered(clause, name, get, values)
        negative = clause.operator in ("!=", "not in")
        wanted = frozenset(values)
        if name in SETS:
            return self._overlaps(get, wanted, negative)
        if negative:
            return lambda issue: (
                (value := get(issue)) not in wanted and (value is not None or None in wanted)
            )
        return lambda issue: get(issue) in wanted

    def _ids(self, clause: Clause) -> Test:
        low, high = id_range(clause)
        return lambda issue: low <= issue.id <= high

    @staticmethod
    def _overlaps(get: Callable[[Issue], Any], wanted: frozenset[Any], negative: bool) -> Test:
        def overlaps(issue: Issue) -> bool:
            have = get(issue)
            if not have:
                return (None in wanted) != negative if None in wanted else False
            return bool(have & wanted) != negative

        return overlaps

    @staticmethod
    def _contains(clause: Clause, get: Callable[[Issue], Any]) -> Test:
        words = str(clause.values[0]).lower().replace("*", "").replace('"', "").split()
        negative = clause.operator == "!~"

        def contains(issue: Issue) -> bool:
            text = str(get(issue) or "").lower()
            return all(word in text for word in words) != negative

        return contains

    @staticmethod
    def _ordered(clause: Clause, name: str, get: Callable[[Issue], Any], values: list[Any]) -> Test:
        if not values or values[0] is None or isinstance(values[0], (frozenset, bool)):
            raise refuse(f"The operator '{clause.operator}' needs a value for '{clause.field}'.")
        if name == "priority":
            return _by_rank(clause.operator, get, int(values[0]))
        edge = values[0]
        compare: dict[str, Callable[[Any], bool]] = {
            "<": lambda v: v < edge, "<=": lambda v: v <= edge,
            ">": lambda v: v > edge, ">=": lambda v: v >= edge,
        }  # fmt: skip
        holds = compare[clause.operator]
        return lambda issue: (value := get(issue)) is not None and holds(value)


def _by_rank(operator: str, get: Callable[[Issue], Any], edge: int) -> Test:
    """Priorities: a smaller id is a higher priority."""
    signs: dict[str, Callable[[int], bool]] = {
        "<": lambda v: v > edge, "<=": lambda v: v >= edge,
        ">": lambda v: v < edge, ">=": lambda v: v <= edge,
    }  # fmt: skip
    holds = signs[operator]
    return lambda issue: get(issue) is not None and holds(int(get(issue)))


def id_range(clause: Clause) -> tuple[int, int]:
    """Inclusive bounds of `id < n` and its like. Raises Refusal 400 for no number."""
    text = str(clause.values[0]).rsplit("-", 1)[-1]
    if not text.isdecimal():
        raise refuse(f"The value '{clause.values[0]}' is no issue id.")
    number = int(text)
    return {
        "<": (0, number - 1), "<=": (0, number),
        ">": (number + 1, 1 << 62), ">=": (number, 1 << 62),
    }[clause.operator]  # fmt: skip


def compiled(site: Site, reader: User | None, text: str) -> Test:
    """The predicate of a filter (webhooks use it). Raises Refusal 400."""
    where = Parser(text).query().where
    if where is None:
        return lambda _issue: True
    return Compiler(Operands(site, reader)).test(where)


def search(site: Site, reader: User | None, text: str, lenient: bool = False) -> Found:
    """Every visible match, in order; by default the newest first. Raises Refusal 400."""
    query = Parser(text).query()
    operands = Operands(site, reader)
    compiler = Compiler(operands, lenient)
    test = compiler.test(query.where) if query.where else None
    seen = {one.id for one in site.projects.values() if site.sees(reader, one)}
    found = [
        issue for issue in candidates(site, operands, query.where)
        if issue.project.id in seen and not issue.project.archived and issue.archived is None
        and (issue.seen_by is None or site.sees_issue(reader, issue))
        and (test is None or test(issue))
    ]  # fmt: skip
    return Found(ordered(found, query, operands), compiler.warnings)


def ordered(found: list[Issue], query: Query, operands: Operands) -> list[Issue]:
    terms = [(operands.canonical(name), name.lower(), down) for name, down in query.order]
    if not terms:
        return sorted(found, key=lambda issue: -issue.id)
    for name, raw, down in reversed(terms):
        get = (lambda issue: issue.id) if raw == "id" else operands.sort_key(name)
        empty = [issue for issue in found if get(issue) is None]
        full = [issue for issue in found if get(issue) is not None]
        full.sort(key=get, reverse=down)
        found = full + empty
    return found


def candidates(site: Site, operands: Operands, where: Node | None) -> Iterable[Issue]:
    """The fewest issues that top-level id, key and project clauses leave to look at."""
    parts = where.parts if isinstance(where, Junction) and where.kind == "and" else (where,)
    low, high = 0, 1 << 62
    projects: set[int] | None = None
    for part in parts:
        if not isinstance(part, Clause):
            continue
        name = operands.canonical(part.field)
        if name == "key" and part.operator in ("=", "in"):
            named = (site.issue(value) for value in part.values if isinstance(value, str))
            return {issue.id: issue for issue in named if issue}.values()
        if name == "key" and part.operator in ORDERED:
            floor, ceiling = id_range(part)
            low, high = max(low, floor), min(high, ceiling)
        if name == "project" and part.operator in ("=", "in"):
            of = {p.id for v in part.values if isinstance(v, str) and (p := site.project(v))}
            if len(of) == len(part.values):
                projects = of if projects is None else projects & of
    if low > 0 or high < 1 << 62:
        ids = site.ids[bisect_left(site.ids, low) : bisect_right(site.ids, high)]
        return [site.issues[id] for id in ids]
    if projects is not None:
        return [issue for id in projects for issue in site.of_project[id].values()]
    return list(site.issues.values())
