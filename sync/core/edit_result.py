"""What came of writing one item's edit to Jira."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from jira_client.errors import JiraError
from sync.core.values import Values


@dataclass(frozen=True, slots=True)
class EditResult:
    """What came of one plan; fields by the board's names. Nothing changes it: what is learned later makes
    another one.

    `accepted`: values that are Jira's now; `passed`: values that are Jira's for the moment, on the way to
    what is to be reached; `refused`: fields with Jira's reason. `failure` ended the try; `fault` is ours;
    `untried`: there was no time left, or the connection failed on another item. `unconfirmed`: fields
    that Jira took and does not show afterwards, with the reason; `set_back`: those that somebody changed
    back right after they were written, and who.
    """

    accepted: Values = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    failure: JiraError | None = None
    fault: Exception | None = None
    untried: bool = False
    passed: Values = field(default_factory=dict)
    unconfirmed: Mapping[str, str] = field(default_factory=dict)
    set_back: Mapping[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing more of this item is to be written now."""
        return self.untried or self.failure is not None or self.fault is not None

    @property
    def touched(self) -> bool:
        """Whether anything was written to the issue."""
        return bool(self.accepted or self.passed)

    def joined(self, later: EditResult) -> EditResult:
        """What came of both: of an earlier and a later part of the same plan's writing."""
        return EditResult(
            accepted={**self.accepted, **later.accepted},
            refused={**self.refused, **later.refused},
            failure=later.failure or self.failure,
            fault=later.fault or self.fault,
            untried=self.untried or later.untried,
            passed={**self.passed, **later.passed},
            unconfirmed={**self.unconfirmed, **later.unconfirmed},
            set_back={**self.set_back, **later.set_back},
        )


Results = Mapping[uuid.UUID, EditResult]  # by item id


def together(earlier: Results, later: Results) -> dict[uuid.UUID, EditResult]:
    """What came of every item's edit, where parts of it were written one after the other."""
    found = dict(earlier)
    for item, result in later.items():
        found[item] = found[item].joined(result) if item in found else result
    return found
