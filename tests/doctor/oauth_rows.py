"""Every word of Jira's OAuth provider: in each place it may stand, and by its natural cause."""

from __future__ import annotations

from collections.abc import Callable

from jira_client.dance import access_token, authorize_url, request_token
from jira_client.diagnosis import oauth
from tests.doctor.rows import Row
from tests.doctor.stage import Stage
from tests.jira_client.contract.approving import CALLBACK, CONSUMER, decide

PLACES = ("both", "header", "body", "json", "object", "html")
LOCAL = ("callback_unconfirmed", "token_missing")  # our words for what Jira's answer lacks
WORDS = tuple(one for one in oauth.WORDS if one not in LOCAL)


def told(word: str, place: str) -> Callable[[Stage], object]:
    def provoke(stage: Stage) -> None:
        client = stage.client(stage.signing())
        stage.fault("oauth_problem", f"{word} {place}")
        client.myself()

    return provoke


def seen_as(stage: Stage, **parts: str) -> None:
    """A reverse proxy changes one part of the address."""
    client = stage.client(stage.signing())
    own = {"scheme": "http", "host": "127.0.0.1", "port": str(stage.handle.port),
           "path": stage.site.context}  # fmt: skip
    where = own | parts
    stage.fault(
        "proxy_address", f"{where['scheme']}://{where['host']}:{where['port']}{where['path']}"
    )
    client.myself()


def another_base_url(stage: Stage) -> None:
    client = stage.client(stage.signing())
    stage.fault("base_url", "https://jira.example.com")
    client.myself()


def another_key(stage: Stage) -> None:
    client = stage.client(stage.signing())
    link = stage.site.parts["oauth"].register.consumer(CONSUMER)
    stage.after(setattr, link, "public_key", link.public_key)
    link.public_key = OTHER_KEY
    client.myself()


OTHER_KEY = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL6QtBZ8X9rwKzLlaU0t2OKN8aKLMmNh
a0xrwlTzUlZ1v5XEJ1jZ6wm2B6R6xNWfG7xW2oGyoVwyF8gHyYcJ+4ECAwEAAQ==
-----END PUBLIC KEY-----"""


def skewed(seconds: int) -> Callable[[Stage], object]:
    def provoke(stage: Stage) -> None:
        client = stage.client(stage.signing())
        stage.fault("clock_skew", seconds)
        client.myself()

    return provoke


def doubled(stage: Stage) -> None:
    client = stage.client(stage.signing())
    stage.fault("request_doubled")
    client.myself()


def no_link(stage: Stage) -> None:
    with stage.wire() as wire:
        request_token(wire, stage.handle.url, "nobody-knows", stage.pair.private_pem, CALLBACK)


def switched_off(stage: Stage) -> None:
    client = stage.client(stage.signing())
    link = stage.site.parts["oauth"].register.consumer(CONSUMER)
    link.enabled = False
    stage.after(setattr, link, "enabled", True)
    client.myself()


def revoked(stage: Stage) -> None:
    client = stage.client(stage.signing())
    stage.site.parts["oauth"].register.tokens.clear()
    client.myself()


def too_early(stage: Stage) -> None:
    stage.traded()


def pressed_deny(stage: Stage) -> None:
    stage.link()
    begun = stage.begun()
    decide(stage.handle, authorize_url(stage.handle.url, begun[0]), "deny")
    with stage.wire() as wire:
        access_token(wire, stage.handle.url, CONSUMER, stage.pair.private_pem, *begun, "x")


def stripped(stage: Stage) -> None:
    stage.link()
    stage.fault("no_authorization")
    stage.begun()


def relative_callback(stage: Stage) -> None:
    stage.link()
    with stage.wire() as wire:
        request_token(wire, stage.handle.url, CONSUMER, stage.pair.private_pem, "callback/")


def interrupted(fault: str, value: object = True) -> Callable[[Stage], object]:
    """Something else answers while "Authenticate" asks for the first token."""

    def provoke(stage: Stage) -> None:
        stage.link()
        stage.fault(fault, value, path="oauth/request-token")
        stage.begun()

    return provoke


def lacking(what: str) -> Callable[[Stage], object]:
    def provoke(stage: Stage) -> None:
        stage.link()
        stage.fault("oauth_answer", what)
        stage.begun()

    return provoke


def _part(code: str, words: str, **parts: str) -> Row:
    def provoke(stage: Stage) -> None:
        seen_as(stage, **parts)

    return Row(code, provoke, words, ("General configuration", "proxy"), name=f"proxy: {[*parts]}")


AGAIN = ("Re-authenticate",)
SIGNATURE = "oauth_signature_invalid"
NATURAL = (
    _part(SIGNATURE, "host: here 127.0.0.1, at Jira inner", host="inner"),
    _part(SIGNATURE, "at Jira 8081", port="8081"),
    _part(SIGNATURE, "scheme: here http, at Jira https", scheme="https"),
    _part(SIGNATURE, "at Jira /inside", path="/inside"),
    Row(SIGNATURE, another_base_url, "at Jira jira.example.com", ("Instance URL",),
        name="base URL"),
    Row(SIGNATURE, another_key, "cannot confirm", ("Public Key", "Setup OAuth"), name="key"),
    Row("oauth_timestamp_refused", skewed(600), "seconds behind Jira's", ("NTP", "five minutes"),
        name="Jira ahead"),
    Row("oauth_timestamp_refused", skewed(-600), "seconds ahead of Jira's", ("NTP",),
        name="Jira behind"),
    Row("oauth_nonce_used", doubled, "twice", ("proxy", "operator"), name="doubled"),
    Row("oauth_consumer_key_unknown", no_link, "Consumer Key", ("Create incoming link",
        "External application"), name="no link"),
    Row("oauth_consumer_key_rejected", switched_off, "switched off", ("Enable it",), name="off"),
    Row("oauth_token_rejected", revoked, "revoked", AGAIN, name="revoked"),
    Row("oauth_permission_unknown", too_early, "Nobody has approved", ("Jira tab", "Allow",
        "Check & Close"), name="too early"),
    Row("oauth_permission_denied", pressed_deny, "Deny", ("Allow",), name="Deny pressed"),
    Row("oauth_parameter_absent", stripped, "did not arrive", ("proxy", "Authorization header"),
        name="stripped"),
    Row("oauth_parameter_rejected", relative_callback, "does not accept", ("console's operator",),
        name="relative callback", seen=(("parameters rejected", "oauth_callback"),)),
    Row("oauth_callback_unconfirmed", lacking("unconfirmed"), "did not confirm",
        ("Personal Access Token", "Basic Auth")),
    Row("oauth_token_missing", lacking("tokenless"), "holds no token", ("Instance URL",)),
    Row("login_page", interrupted("login_page"), "login page", ("operator", "/plugins/servlet/oauth"),
        name="dance"),
    Row("login_page", interrupted("login_redirect"), "login page", ("operator",
        "/plugins/servlet/oauth"), name="dance, redirect"),
    Row("redirected", interrupted("redirect", "https://new.example.com"), "base URL has moved",
        ("Instance URL",), name="dance"),
    Row("html_answer", interrupted("html_page"), "Something other", ("Instance URL",),
        name="dance"),
    Row("empty_answer", interrupted("empty"), "empty", ("Instance URL",), name="dance"),
    Row("connection_dropped", interrupted("answer_lost"), "ended before", ("proxy",),
        name="dance"),
    Row("server_fault", interrupted("error", 502), "failed inside", ("operator",), name="dance"),
    Row("oauth_problem", told("moon_phase", "both"), "moon_phase", ("operator", "log")),
)  # fmt: skip
SAID: dict[str, tuple[str, tuple[str, ...]]] = {
    "signature_invalid": ("cannot confirm", ("Instance URL", "proxy", "Public Key")),
    "timestamp_refused": ("clocks differ", ("NTP", "five minutes")),
    "consumer_key_unknown": ("Consumer Key", ("Create incoming link", "External application")),
    "consumer_key_rejected": ("switched off", ("Application links", "Enable it")),
    "consumer_key_refused": ("for now", ("Application links", "Enable it")),
    "nonce_used": ("twice", ("proxy", "operator")),
    "token_rejected": ("does not know the access token", AGAIN),
    "token_expired": ("has expired", AGAIN),
    "token_revoked": ("revoked in Jira", AGAIN),
    "token_used": ("used already", ("Authenticate",)),
    "permission_denied": ("refused in Jira", ("Authenticate", "Allow", "service user")),
    "permission_unknown": ("Nobody has approved", ("Jira tab", "Allow", "Check & Close")),
    "user_refused": ("refuses the user", ("Jira admin", "User management")),
    "parameter_absent": ("did not arrive", ("proxy", "operator", "Authorization header")),
    "parameter_rejected": ("a part of the OAuth request", ("console's operator",)),
    "signature_method_rejected": ("is signed", ("RSA-SHA1", "Setup OAuth")),
    "version_rejected": ("version of OAuth", ("application link", "create it again")),
    "additional_authorization_required": ("more authorisation", AGAIN),
}
TOLD = tuple(
    Row(f"oauth_{word}", told(word, place), *SAID[word], name=f"{word} in {place}")
    for word in WORDS
    for place in PLACES
)
ROWS = (*NATURAL, *TOLD)
