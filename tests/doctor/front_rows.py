"""What stands before Jira, or answers one call in its place: whose refusal is it, and of what?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jira_client import service_token
from jira_client.auth import Anonymous, Auth, Basic, Bearer
from jira_client.dance import request_token
from jira_client.protocol import Request
from tests.doctor.rows import DATA_CENTER, Row
from tests.doctor.stage import Stage
from tests.jira_client.contract.approving import CALLBACK, CONSUMER

CLOUD = ("cloud",)
TOKEN = "ATATT3xFfGF0-made-up"


def page(title: str, text: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"


OAUTH_REALM = {"WWW-Authenticate": 'OAuth realm="https%3A%2F%2Fjira.example.com"'}
DIGEST = {"WWW-Authenticate": 'Digest realm="x, y", qop="auth"'}
NGINX = {"Server": "nginx", "WWW-Authenticate": 'Basic realm="Restricted Content"'}
GATEWAY_401 = {"code": 401, "message": "Unauthorized; scope does not match"}


def looked(**rule: Any) -> Callable[[Stage], object]:
    """`/serverInfo` as nobody, while this rule holds for every call."""

    def provoke(stage: Stage) -> None:
        stage.client(Anonymous(), url=stage.front(rule).url).server_info()

    return provoke


def signed(auth: Auth | None = None, **rule: Any) -> Callable[[Stage], object]:
    """`/myself` with a credential, while this rule holds."""

    def provoke(stage: Stage) -> None:
        stage.client(auth, url=stage.front(rule).url).myself()

    return provoke


def boards(**rule: Any) -> Callable[[Stage], object]:
    """The boards, refused to an account that `/myself` accepts."""

    def provoke(stage: Stage) -> None:
        stage.client(url=stage.front({"path": "/rest/agile/", **rule}).url).boards.list()

    return provoke


def edited(**rule: Any) -> Callable[[Stage], object]:
    """An edit that something before Jira answers."""

    def provoke(stage: Stage) -> None:
        client = stage.client(url=stage.front({"method": "PUT", **rule}).url)
        client.issues.edit("FALCON-1", {"summary": "Changed"})

    return provoke


def dancing(**rule: Any) -> Callable[[Stage], object]:
    """The first leg of OAuth."""

    def provoke(stage: Stage) -> None:
        url = stage.front({"path": "/oauth/request-token$", **rule}).url
        stage.entered_url = url
        with stage.wire(url) as wire:
            request_token(wire, url, CONSUMER, stage.pair.private_pem, CALLBACK)

    return provoke


def tokened(**rule: Any) -> Callable[[Stage], object]:
    """The access token of a service account."""

    def provoke(stage: Stage) -> None:
        url = stage.front({"path": "/oauth2/latest/token$", **rule}).url
        stage.entered_url = url
        with stage.wire(url) as wire:
            service_token.ask(wire, service_token.DATA_CENTER, "id", "secret", service_token.WRITE)

    return provoke


def hooked(body: Mapping[str, Any]) -> Callable[[Stage], object]:
    def provoke(stage: Stage) -> None:
        rule = {"method": "POST", "path": "/webhook$", "status": 400, "body": body}
        client = stage.client(url=stage.front(rule).url)
        client.webhooks.create("ALM", "http://127.0.0.1:9/hook", ("jira:issue_created",), "x")

    return provoke


def asked_for_a_filter(stage: Stage) -> None:
    body = {"errorMessages": ["Field 'nope' does not exist."], "errors": {}}
    rule = {"path": "/search", "status": 400, "body": body}
    client = stage.client(url=stage.front(rule).url)
    client.call(Request("GET", "/rest/api/2/search/jql", params={"jql": "nope = 1"}))


BAD_HOOK = {"key": "webhooks.invalid.url", "arguments": ["http://x"]}
WORDS_OF_LIST = "The IP address has been rejected because it is not on the allowed list."
ROWS = (
    Row("foreign_login", looked(status=401, headers=NGINX), "Restricted Content", ("operator",
        "internal API URL"), name="nginx, nobody"),
    Row("foreign_login", signed(status=401, headers={"WWW-Authenticate": "Negotiate"}), "Negotiate",
        ("operator", "/rest"), name="Kerberos"),
    Row("foreign_login", signed(status=401, headers={"WWW-Authenticate": "NTLM"}), "NTLM",
        ("operator",), name="NTLM"),
    Row("foreign_login", signed(status=401, headers=DIGEST),
        "Digest “x, y”", ("operator",), name="Digest"),
    Row("authentication_refused", signed(status=401, headers={"WWW-Authenticate": "JIRA REST POST"}),
        "does not accept", ("expired",), name="Jira's own realm"),
    Row("authentication_refused", signed(status=401, headers={"X-AREQUESTID": "1x2x3",
        "WWW-Authenticate": "Negotiate"}), "does not accept", (), name="Jira with Kerberos in it"),
    Row("strangers_refused", looked(status=401, body=page("401")), "not show",
        ("operator", "Instance URL"), name="a bare 401"),
    Row("strangers_refused", looked(status=403, body=page("Forbidden")),
        "before any login", ("operator", "/rest"), name="a 403"),
    Row("origin_refused", looked(status=403, body={"errorMessages": [WORDS_OF_LIST], "errors": {}}),
        "network address of this server", ("IP allowlists", "admin.atlassian.com"), CLOUD,
        seen=(("this server's own address", "127.0.0.1"),)),
    Row("basic_disabled", signed(Basic("svc-alm", "x"), status=403, body=page("Forbidden (403)",
        "Basic Authentication has been disabled on this instance.")),
        "user name and password", ("Switch to OAuth",), ("9",), name="as a page"),
    Row("wrong_token", signed(Bearer(TOKEN), status=403, body={"error":
        "Failed to parse Connect Session Auth Token"}), "wrong kind", ("Switch to Basic Auth",), CLOUD,
        name="under error"),
    Row("client_refused", tokened(status=401, body={"error": "invalid_client"}), "client secret",
        ("still there", "only once")),
    Row("client_refused", tokened(status=404, body=page("Not found")), "no access tokens", ("proxy",
        "Personal Access Token"), DATA_CENTER, name="there is no such address"),
    Row("account_refused", signed(status=403, body={"message": "Forbidden"}), "altogether", ("Jira admin",
        "proxy or firewall")),
    Row("authentication_refused", signed(Basic("svc@example.com", TOKEN), status=401,
        body="Basic authentication with passwords is deprecated.  For more information, see: x"),
        "API token of", ("whole", "e-mail", "api.atlassian.com/ex/jira/<cloudId>"), CLOUD,
        name="notice on passwords"),
    Row("gateway_needed", signed(Basic("abc@serviceaccount.atlassian.com", TOKEN), status=401,
        headers=OAUTH_REALM), "service account", ("Internal API URL", "Advanced Settings"), CLOUD),
    Row("scope_missing", boards(status=401, body=GATEWAY_401), "lacks a scope",
        ("read:board-scope:jira-software",), CLOUD),
    Row("scope_missing", boards(status=401, body={"code": 401, "message": "Unauthorized"}), "lacks a scope",
        ("write:sprint:jira-software",), CLOUD, name="in no words"),
    Row("call_refused", boards(status=401, headers=OAUTH_REALM), "refuses this one call", ("Jira admin",),
        DATA_CENTER),
    Row("blocked_on_the_way", edited(status=403, body=page("Request blocked", "Web application firewall")),
        "before Jira blocks", ("operator", "/rest"), seen=(("Jira says", "Request blocked"),)),
    Row("link_refused", dancing(status=401, headers=OAUTH_REALM), "application link", ("Jira admin",
        "Consumer Key", "Public Key")),
    Row("link_refused", dancing(status=403, body=page("Forbidden")), "application link",
        ("Consumer Key",), name="403"),
    Row("no_oauth_here", dancing(status=404, body=page("Oops, you&#39;ve found a dead link.")),
        "no OAuth 1.0a", ("context path", "Personal Access Token"), DATA_CENTER),
    Row("request_refused", signed(status=400, body=page("Bad Request")), "itself (400)",
        ("operator", "log"), name="myself"),
    Row("request_refused", dancing(status=400, body=page("Bad Request")),
        "itself (400)", ("operator",), name="dance"),
    *(Row("request_refused", signed(status=status), f"itself ({status})", ("operator",),
        name=f"{status} to who am I") for status in (409, 413, 422)),
    Row("invalid", asked_for_a_filter, "the question", ("JQL filter",), CLOUD, name="a filter"),
    Row("webhook_address", hooked({"messages": [BAD_HOOK]}),
        "https addresses only", ("operator", "ALMCONNECT_BASE_URL"), CLOUD,
        seen=(("Jira says", "webhooks.invalid.url (http://x)"),)),
    Row("webhook_refused", hooked({"errorMessages": ["Too many webhooks"]}), "register the webhook",
        ("Jira admin", "#5 Webhook"), CLOUD),
    Row("starting", looked(status=302, headers={"Location": "/startup.jsp?returnTo=%2F"}), "is starting",
        ("some minutes",), name="startup"),
    Row("starting", signed(status=302, headers={"Location": "{URL}/secure/errors.jsp"}), "maintenance",
        ("some minutes",), name="Johnson"),
    Row("leads_elsewhere", looked(status=302, headers={"Location": "https://www.example.com/sorry.html"}),
        "page elsewhere", ("browser", "operator")),
    Row("redirected", looked(status=301, headers={"Location": "https://jira.sso-group.example{TARGET}"}),
        "base URL has moved", ("https://jira.sso-group.example as",), name="a host like a login"),
    Row("redirected", looked(status=302, headers={"Location": "https://catalogintegrations.example/"}),
        "base URL has moved", ("browser",), name="login within a word"),
    Row("login_page", looked(status=302, headers={"Location": "https://x.example/adfs/ls/?SAMLRequest=a"}),
        "login page", ("operator",), name="by ADFS"),
    Row("login_page", looked(status=302, headers={"Location": "https://login.corp.example/?ReturnUrl=%2F"}),
        "login page", ("operator",), name="by the host"),
    Row("login_page", signed(status=403, body='<html><form><input type="password"></form></html>'),
        "login page", ("operator",), name="as a 403"),
    Row("no_such_site", looked(status=404, body=page("Atlassian Cloud Notifications - Page"
        " Unavailable")), "no Atlassian site", (".atlassian.net",), CLOUD),
    Row("tls_client_certificate", looked(status=400, body=page("400 No required SSL "
        "certificate was sent")), "client certificate",
        ("whoever runs",), ("9",), name="by nginx' page"),
    Row("tls_client_certificate_refused", looked(status=400, body=page("400 The SSL certificate error")),
        "does not accept the client certificate", ("which authority",), ("9",), name="by nginx' page"),
    Row("tls_wanted", looked(status=400, body=page("400 The plain HTTP request was sent to "
        "HTTPS port")), "speaks TLS", ("https://",), ("9",)),
)  # fmt: skip
