"""Which account an answer was given to, by the header X-AAccountId that Cloud sends with it.

A proxy that removes the credentials makes Cloud answer 200 as nobody, without any other mark. Whether
every endpoint of Cloud names the account is not documented, so a missing name only raises a doubt,
which `/myself` settles. It must not call Jira.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#special-request-headers
"""

import time

from jira_client.protocol import Request
from outgoing.wire import WireResponse

_FRESH = 60.0  # seconds that an accepted account vouches for: a token may be revoked at any time
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#special-request-headers
_HEADER = "x-aaccountid"
_SETTLED_BY_ITSELF = (401, 429)  # refusals that nobody takes for the truth about an issue


class AccountCheck:
    """The account that the first answer named, and which calls are known to be answered without."""

    def __init__(self) -> None:
        self.account_id = ""
        self._unnamed: set[tuple[str, str, bool]] = set()
        self._refused: dict[tuple[str, str], float] = {}

    def doubtful(self, request: Request, response: WireResponse) -> bool:
        """Whether earlier answers named an account, and this one names none or another."""
        status = response.status
        if request.path.endswith("/myself") or status in _SETTLED_BY_ITSELF or status >= 500:
            return False
        name = response.headers.get(_HEADER, "")
        if not self.account_id:
            self.account_id = name
            return False
        return name != self.account_id and _kind(request, response) not in self._unnamed

    def trust(self, request: Request, response: WireResponse) -> None:
        """Remembers that Jira answers this call without a name to good credentials."""
        self._unnamed.add(_kind(request, response))

    def refuses(self, request: Request) -> bool:
        """Whether Jira was seen lately to refuse this call to an account that it accepts."""
        seen = self._refused.get((request.method, request.path))
        return seen is not None and time.monotonic() - seen < _FRESH

    def note_refusal(self, request: Request) -> None:
        """Remembers that Jira refused this call and accepted the account a moment later."""
        self._refused[request.method, request.path] = time.monotonic()


def _kind(request: Request, response: WireResponse) -> tuple[str, str, bool]:
    return request.method, request.path, response.status < 400
