"""What Atlassian changes: when, whom it hits, and what to do before.

Data. `looked`: the day on which somebody last read whether the entry still holds; a test fails a month
before the day of an entry that nobody has looked at. It must not ask Jira.

Source of Data Center's end: https://www.atlassian.com/licensing/data-center-end-of-life
Tokens: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
OAuth 1.0a: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

CLOUD, DATA_CENTER = "cloud", "datacenter"
OAUTH1, BASIC, PAT = "oauth1", "basic", "pat"
_EVERY_VERSION: Final = ((0,), (999,))


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `due`: the day, None where the vendor names none. Whom it hits: `deployment`, the
    versions from the first of `versions` to before the second, and `ways` in; empty: every way.
    """

    code: str
    due: date | None
    what: str
    remedy: str
    page: str
    looked: date
    deployment: str
    versions: tuple[tuple[int, ...], tuple[int, ...]] = _EVERY_VERSION
    ways: frozenset[str] = frozenset()

    def hits(self, deployment: str, version: Sequence[int], way: str) -> bool:
        """Whether it is about a Jira of this kind and version, signed in to by this way."""
        first, end = self.versions
        known = self.versions == _EVERY_VERSION or (bool(version) and first <= tuple(version) < end)
        return deployment == self.deployment and known and (not self.ways or way in self.ways)


_READ: Final = date(2026, 11, 23)
_OAUTH: Final = (
    "https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication"
)
_SUPPORT: Final = (
    "https://confluence.atlassian.com/support/atlassian-end-of-support-policy-201851003.html"
)
_END: Final = "https://www.atlassian.com/licensing/data-center-end-of-life"
_TOKENS: Final = (
    "https://support.atlassian.com/atlassian-account/docs/"
    "manage-api-tokens-for-your-atlassian-account/"
)
CHANGES: Final[tuple[Change, ...]] = (
    Change(
        "oauth1_on_cloud",
        None,
        "Atlassian calls OAuth 1.0a on Jira Cloud deprecated and names no day on which it ends.",
        "It works as long as your site offers it. Have an API token of a service account, or an app of "
        "OAuth 2.0, ready for the day on which it does not.",
        _OAUTH,
        _READ,
        CLOUD,
        ways=frozenset({OAUTH1}),
    ),
    Change(
        "tokens_end_within_a_year",
        None,
        "Every API token of Jira Cloud ends within a year of its making.",
        "Enter its last day together with it, so that the console warns you 30, 7 and 1 days before.",
        _TOKENS,
        _READ,
        CLOUD,
        ways=frozenset({BASIC, PAT}),
    ),
    Change(
        "oauth1_on_data_center",
        None,
        "Atlassian calls OAuth 1.0a deprecated from Jira 9.16 on and names no day on which it ends.",
        "It works. Read the notes of each upgrade of Jira; a Personal Access Token and OAuth 2.0 work "
        "without it.",
        "https://developer.atlassian.com/server/jira/platform/oauth",
        _READ,
        DATA_CENTER,
        ((9, 16), (999,)),
        frozenset({OAUTH1}),
    ),
    Change(
        "jira_9_unsupported",
        date(2026, 6, 26),
        "Atlassian's support of Jira 9 ended on 26 June 2026.",
        "Ask whoever runs this Jira when it is upgraded; test this connection after the upgrade.",
        _SUPPORT,
        _READ,
        DATA_CENTER,
        ((9,), (10,)),
    ),
    Change(
        "jira_11_3_unsupported",
        date(2027, 12, 1),
        "Atlassian supports Jira 11.3, a long-term release, until December 2027.",
        "Ask whoever runs this Jira when it is upgraded; test this connection after the upgrade.",
        _SUPPORT,
        _READ,
        DATA_CENTER,
        ((11, 3), (11, 4)),
    ),
    Change(
        "data_center_read_only",
        date(2029, 3, 28),
        "Jira Data Center is read-only from 28 March 2029: then nothing can be written to it any more.",
        "Where it is to move to Jira Cloud, “Move to another Jira” on the connection's page takes the "
        "pairs along.",
        _END,
        _READ,
        DATA_CENTER,
    ),
)


def of_jira(deployment: str, version: Sequence[int], way: str) -> list[Change]:
    """What is ahead, or has happened, for one Jira and one way in: what has a day first, by day.

    `version`: its numbers, empty where they are not known: then what is about certain versions is left out.
    """
    mine = [one for one in CHANGES if one.hits(deployment, version, way)]
    return sorted(mine, key=lambda one: (one.due is None, one.due or date.max))


def unlooked(today: date, within: timedelta = timedelta(days=31)) -> list[str]:
    """The changes whose day is that near, or past by that little, and that nobody has looked at since."""
    return [
        one.code
        for one in CHANGES
        if one.due is not None and abs(one.due - today) <= within and one.looked < one.due - within
    ]
