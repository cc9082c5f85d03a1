"""How sign-in calls the identity provider: through the console's one channel, bounded in time and size.

Looks like the part of a requests session that allauth uses. No redirect, cookie, proxy or netrc; the
operator's address policy holds here too. Messages are for people who sign in: no header, body or token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.structures import CaseInsensitiveDict

from almconnect.lib import egress
from outgoing import errors
from outgoing.channel import Channel
from outgoing.wire import WireRequest

CONNECT, READ, TOTAL = 5, 10, 15  # seconds of one call; a sign-in makes five
MOST = 1_000_000  # bytes of an answer


class Unreachable(requests.RequestException):
    """The provider did not answer, or not in time. The message says what happened and what to do."""


class BoundedSession:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept between calls."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        return self.request("GET", url, headers=headers)

    def request(self, method: str, url: str, **parts: Any) -> requests.Response:
        """`parts`: params, data, headers, auth, as of requests. Raises Unreachable."""
        prepared = requests.Request(method, url, **parts).prepare()
        try:
            return _sent(prepared)
        except errors.CallFailed as problem:
            raise Unreachable(_words(problem, urlsplit(url).hostname or url)) from problem


def _sent(prepared: requests.PreparedRequest) -> requests.Response:
    parts = urlsplit(prepared.url or "")
    headers = {name: value for name, value in prepared.headers.items() if name != "Content-Length"}
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    request = WireRequest(
        method=prepared.method or "GET",
        target=f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
        headers=headers,
        body=body or None,
        template=parts.path,
    )
    with Channel(
        f"{parts.scheme}://{parts.netloc}",
        egress.address_policy(),
        ca_bundle_pem=settings.OIDC_CA or None,
        connect_timeout=CONNECT,
        read_timeout=READ,
        total_timeout=TOTAL,
        max_bytes=MOST,
    ) as channel:
        answer = channel.send(request)
    response = requests.Response()
    response.status_code, response.url = answer.status, prepared.url or ""
    response.headers = CaseInsensitiveDict(answer.headers)
    response._content, response.encoding = answer.body, "utf-8"
    return response


def _words(problem: errors.CallFailed, host: str) -> str:
    """What kept the provider from answering, for who signs in; the errors' own sentences are for admins."""
    kinds: tuple[tuple[type[errors.CallFailed], str], ...] = (
        (errors.DnsFailed, _("The name %(host)s is not known.")),
        (errors.ConnectionRefused, _("Nothing answers at %(host)s.")),
        (
            errors.AddressRefused,
            _("This console may not call %(host)s: its operator can allow it.")
            + " (ALMCONNECT_EGRESS_ALLOW)",
        ),
        (
            errors.TlsFailed,
            _("The certificate of %(host)s is not trusted.") + " (ALMCONNECT_OIDC_CA)",
        ),
        (errors.ConnectTimedOut, _("%(host)s did not answer in time.")),
        (errors.ReadTimedOut, _("%(host)s did not answer in time.")),
        (errors.TooLarge, _("%(host)s answered with far too much.")),
    )
    found = next((words for kind, words in kinds if isinstance(problem, kind)), None)
    return (found or _("The connection to %(host)s broke off.")) % {"host": host}
