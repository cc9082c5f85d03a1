"""OAuth problems as Jira answers them: in a header and, form-encoded, in the body.

Source of the names: http://wiki.oauth.net/w/page/12238543/ProblemReporting
The codes were read in Atlassian's own provider (the Bitbucket plugin of Jenkins); the vendor does not
say them.
"""

import json
from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlencode

from ..wire import Response

STATUS = {
    "consumer_key_refused": 503, "user_refused": 503, "timestamp_refused": 400,
    "parameter_absent": 400, "parameter_rejected": 400, "signature_method_rejected": 400,
    "version_rejected": 400, "signature_invalid": 401, "consumer_key_unknown": 401,
    "consumer_key_rejected": 401, "nonce_used": 401, "token_rejected": 401, "token_expired": 401,
    "token_revoked": 401, "token_used": 401, "permission_denied": 401, "permission_unknown": 401,
    "additional_authorization_required": 401,
}  # fmt: skip
PAGE = (
    "<html><head><title>Error {status}</title></head><body><h1>HTTP Status {status}</h1>"
    "<p>{text}</p></body></html>"
)


class Problem(Exception):
    """One `oauth_problem` with its parameters."""

    def __init__(self, name: str, parameters: Mapping[str, str] | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.parameters = dict(parameters or {})

    @property
    def status(self) -> int:
        return STATUS.get(self.name, 403)

    def response(self, realm: str, place: str = "both") -> Response:
        """`place`: both (header and form-encoded body, Jira's own way), header, body, json, object, html.

        json: inside Jira's own error shape; object: as the keys of an object.
        """
        pairs = {"oauth_problem": self.name, **self.parameters}
        shown = ", ".join(f'{key}="{quote(value, safe="-._~")}"' for key, value in pairs.items())
        form = urlencode(pairs, quote_via=quote)
        headers = [("WWW-Authenticate", f'OAuth realm="{realm}"')]
        if place in ("both", "header"):
            headers = [("WWW-Authenticate", f'OAuth realm="{realm}", {shown}')]
        bodies = {
            "header": ("", "text/plain"),
            "json": (json.dumps({"message": form, "status-code": self.status}), "application/json"),
            "object": (json.dumps(pairs), "application/json"),
            "html": (PAGE.format(status=self.status, text=escape(form)), "text/html"),
        }
        body, kind = bodies.get(place, (form, "application/x-www-form-urlencoded"))
        return Response(self.status, body.encode(), kind, headers)
