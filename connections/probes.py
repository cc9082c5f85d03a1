"""The checkers of "Test connection": each looks at one thing and answers a finding.

A `Probe` asks Jira each question once, however many rows need the answer. A checker raises what
the call raised; `connections.checkup` turns that into a row. It must not write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections import expiry, gateway, instance, proxies, refusals, sealing
from connections.models import AuthMethod, Connection, MappedProject, WebhookState
from connections.proof import Credential, candidate
from jira_client import judging, requirements
from jira_client.client import JiraClient
from jira_client.errors import (
    AddressRefused,
    AuthenticationRefused,
    ConnectFailed,
    DnsFailed,
    JiraError,
    NotFound,
    PermissionRefused,
    TlsFailed,
)
from jira_client.requirements import RECOMMENDED, REQUIRED
from jira_client.tls import CertificateFacts
from jira_client.values import PermissionState, Person, Project, ServerInfo

CLOCK_WARN, CLOCK_FAIL = 60.0, 300.0  # seconds; Jira's OAuth accepts five minutes either way
WARN_DAYS = 30
WEBHOOK_QUIET = timedelta(days=1)


class State(StrEnum):
    PASS = "pass"  # noqa: S105 - a state, not a password
    WARNING = "warning"
    FAIL = "fail"
    NOT_CHECKED = "not_checked"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row's outcome; `remedy` and `code` where something is to be done."""

    state: State
    message: str
    remedy: str | Promise = ""
    code: str = ""


class Probe:
    """One test's questions to Jira and their answers, asked on first need, once."""

    def __init__(
        self,
        connection: Connection,
        *,
        credential: Credential | None = None,
        unsaved: bool = False,
        retry: bool = False,
    ) -> None:
        self.connection = connection
        self.credential = credential
        self.unsaved = unsaved
        self.retry = retry
        self.server: ServerInfo | None = None
        self.certificate: CertificateFacts | None = None
        self.person: Person | None = None
        self.failure: Exception | None = None  # why the account could not be proven
        self.reach: JiraError | None = None  # why the instance could not be asked
        self._asked = False
        self._client: JiraClient | None = None
        self._projects: list[Project] | None = None

    def ask_instance(self) -> JiraError | None:
        """Asks what the instance is, without credentials. The failure, or None."""
        if not self._asked:
            self._asked = True
            try:
                with gateway.anonymously(self.connection) as client:
                    self.server = client.server_info()
            except JiraError as error:
                self.reach = error
                # Some Jiras tell strangers nothing; whether that matters, the account will show.
                self.failure = None if isinstance(error, AuthenticationRefused) else error
        return self.reach

    @property
    def client(self) -> JiraClient:
        """Acts by the credential under test. Raises NotReady, SealBroken."""
        if self._client is None:
            if self.unsaved:
                self._client = self._for_screen()
            else:
                refusals.press(self.connection, retry=self.retry)
                self._client = gateway.jira_for(self.connection, for_check=True)
        return self._client

    def close(self) -> None:
        if self.unsaved and self._client is not None:
            self._client.close()

    def remember(self, error: Exception) -> None:
        """That Jira refused what a person typed; the credential in use is health's matter."""
        typed = self.credential if self.unsaved else None
        if typed and typed.method == AuthMethod.BASIC and isinstance(error, AuthenticationRefused):
            refusals.remember(self.connection, typed.username, typed.secret, error)

    def _for_screen(self) -> JiraClient:
        """A client of its own: the kept one belongs to what is saved."""
        if self.credential is None:
            self.credential = self._stored()
        one = self.credential
        if one.method == AuthMethod.BASIC:
            refusals.must_be_new(self.connection, one.username, one.secret, retry=self.retry)
        return candidate(self.connection, one)

    def _stored(self) -> Credential:
        connection = self.connection
        found = sealing.load(connection, gateway.CREDENTIAL[connection.auth_method])
        if not found:
            raise gateway.NotReady("secret_missing", "No credential was entered yet.")
        return Credential(connection.auth_method, found, connection.username)

    @property
    def projects(self) -> list[Project]:
        if self._projects is None:
            self._projects = self.client.projects.list()
        return self._projects

    @property
    def mapped(self) -> list[MappedProject]:
        return list(self.connection.projects.all())


def address(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, DnsFailed | AddressRefused):
        raise error
    host = urlsplit(probe.connection.api_url or probe.connection.base_url).hostname
    if proxy := probe.connection.proxy_url:
        message = _("%(host)s may be called, through the proxy %(proxy)s.")
        return _pass(message % {"host": host, "proxy": proxies.shown(proxy)})
    return _pass(_("%(host)s is an address that this console may call.") % {"host": host})


def tcp(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, ConnectFailed) and not isinstance(error, TlsFailed):
        raise error
    if probe.connection.proxy_url:
        return _pass(_("The proxy leads there."))
    return _pass(_("Something answers there."))


def tls(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, TlsFailed):
        raise error
    connection = probe.connection
    parts = urlsplit(connection.api_url or connection.base_url)
    if parts.scheme == "http":
        if parts.hostname in {"localhost", "127.0.0.1", "::1"} and not connection.proxy_url:
            return _pass(_("Not encrypted, but the traffic does not leave this computer."))
        return Finding(
            State.WARNING,
            _("The address begins with http://, so passwords and contents travel readable."),
            _("Ask the Jira admin for the https:// address and enter it as Instance URL."),
            "not_encrypted",
        )
    probe.certificate = _certificate(probe)
    if not connection.checks_tls:
        return Finding(
            State.WARNING,
            _("Encrypted, but the certificate is not verified."),
            _("Paste the authority's certificate as CA bundle, then switch the check on again."),
            "tls_not_verified",
        )
    if (facts := probe.certificate) and (days := expiry.days_until(facts.valid_until)) <= WARN_DAYS:
        return Finding(
            State.WARNING,
            ngettext(
                "Encrypted, but Jira's certificate ends in %(days)d day.",
                "Encrypted, but Jira's certificate ends in %(days)d days.",
                days,
            )
            % {"days": days},
            _("Ask the Jira admin to renew the certificate before then."),
            "certificate_expires",
        )
    return _pass(_("Encrypted, and the certificate is trusted."))


def _certificate(probe: Probe) -> CertificateFacts | None:
    """What the server shows; that it cannot be read a second time spoils nothing."""
    with gateway.transport_for(probe.connection) as transport:
        try:
            return transport.certificate()
        except JiraError:
            return None


def jira(probe: Probe) -> Finding:
    error = probe.ask_instance()
    if isinstance(error, AuthenticationRefused):
        return _pass(_("Jira answers; it tells strangers nothing about itself."))
    if error is not None:
        raise error
    title = probe.server.title if probe.server else ""
    return _pass(
        _("Jira answers: “%(title)s”.") % {"title": title} if title else _("Jira answers.")
    )


def version(probe: Probe) -> Finding:
    server = _server(probe)
    if server is None:
        return _skipped(_("This Jira tells strangers nothing about itself."))
    return _pass(instance.words_of(server))


def base_url(probe: Probe) -> Finding:
    server = _server(probe)
    if server is None:
        return _skipped(_("This Jira tells strangers nothing about itself."))
    difference = instance.difference(probe.connection.base_url, server.base_url)
    if not difference:
        return _pass(
            _("Jira's own Base URL is the Instance URL: %(url)s") % {"url": server.base_url}
        )
    return Finding(
        State.WARNING,
        _("Jira's Base URL is not the Instance URL. %(difference)s.") % {"difference": difference},
        _(
            "Enter exactly Jira's Base URL as Instance URL, or ask a Jira admin to correct it: "
            "Settings → System → General configuration → Base URL. OAuth signatures depend on it."
        ),
        "base_url_differs",
    )


def clock(probe: Probe) -> Finding:
    server = _server(probe)
    skew = instance.read(server, probe.connection.base_url).skew if server else None
    if skew is None:
        return _skipped(_("Jira does not tell its time."))
    words = _("Our clock and Jira's differ by %(seconds)d seconds.") % {"seconds": abs(skew)}
    if abs(skew) <= CLOCK_WARN:
        return _pass(words)
    oauth = probe.connection.auth_method == AuthMethod.OAUTH1
    state = State.FAIL if oauth and abs(skew) > CLOCK_FAIL else State.WARNING
    remedy = _("Set both servers by NTP. OAuth accepts five minutes at most.")
    return Finding(state, words, remedy, "clock_skew")


def authentication(probe: Probe) -> Finding:
    try:
        probe.person = probe.client.myself()
    except Exception as error:
        probe.failure = error
        probe.remember(error)
        raise
    probe.failure = None
    method = probe.connection.get_auth_method_display()
    ends = expiry.credential_ends(probe.connection)
    if ends and (days := expiry.days_until(ends)) <= WARN_DAYS:
        return Finding(
            State.WARNING,
            ngettext(
                "Jira accepts the credential (%(method)s), which ends in %(days)d day.",
                "Jira accepts the credential (%(method)s), which ends in %(days)d days.",
                days,
            )
            % {"method": method, "days": days},
            _("Press Re-authenticate before then."),
            "token_expires",
        )
    return _pass(_("Jira accepts the credential (%(method)s).") % {"method": method})


def account(probe: Probe) -> Finding:
    person, connection = _person(probe), probe.connection
    if connection.account_id and connection.account_id != person.id:
        return Finding(
            State.FAIL,
            _("The credential belongs to %(now)s, but this connection acts as %(was)s.")
            % {"now": person.name, "was": connection.account_name},
            _("Press Re-authenticate and decide which account it shall be."),
            "account_changed",
        )
    if not person.active:
        return Finding(
            State.WARNING,
            _("%(name)s is not active in Jira.") % {"name": person.name},
            _("Ask a Jira admin to activate the account: Settings → User management."),
            "account_inactive",
        )
    return _pass(
        _("The connection acts as %(name)s (%(id)s).") % {"name": person.name, "id": person.id}
    )


def projects(probe: Probe) -> Finding:
    number = len(probe.projects)
    if not number:
        return Finding(
            State.FAIL,
            _("The account sees no project."),
            _(
                "Ask a Jira admin to add the account to a role holding Browse Projects: "
                "Project settings → Permissions."
            ),
            "no_projects",
        )
    return _pass(
        ngettext("%(n)d project is visible.", "%(n)d projects are visible.", number) % {"n": number}
    )


def permissions(probe: Probe) -> Finding:
    mapped = probe.mapped
    if not mapped:
        return _skipped(_("No project is mapped yet."))
    wanted = [Project(row.remote_id, row.key, row.name) for row in mapped]
    found = probe.client.permissions.of_projects(wanted, requirements.PROJECT_KEYS)
    lacking: dict[str, list[str]] = {REQUIRED: [], RECOMMENDED: []}
    unsure = False
    for project in wanted:
        judged = judging.evaluate(found.get(project.id, {}))
        for row in (*judged.permissions, *judged.also):
            if row.state is PermissionState.MISSING and row.need in lacking:
                lacking[row.need].append(f"{row.name} ({project.key})")
            unsure = unsure or row.state is PermissionState.UNKNOWN
    remedy = _("Open the permission report: it holds the text for your Jira admin.")
    for need, state in ((REQUIRED, State.FAIL), (RECOMMENDED, State.WARNING)):
        if lacking[need]:
            names = ", ".join(lacking[need][:6]) + (" …" if len(lacking[need]) > 6 else "")
            message = _("Missing: %(names)s.") % {"names": names}
            return Finding(state, message, remedy, f"permissions_{need}")
    if unsure:
        return Finding(
            State.WARNING, _("Some permissions could not be checked."), remedy, "unknown"
        )
    return _pass(_("Everything that the board needs is held in every mapped project."))


def webhook(probe: Probe) -> Finding:
    """Asked of Jira itself; only Jira admins are told."""
    connection = probe.connection
    stored = connection.webhook_state in {WebhookState.REGISTERED, WebhookState.SILENT}
    if not stored and not connection.projects.exists():
        return _skipped(_("It is registered when the first project is mapped."))
    ours = f"/hooks/jira/{connection.webhook_token}"
    try:
        found = [one for one in probe.client.webhooks.list() if one.url.endswith(ours)]
    except (PermissionRefused, NotFound, AuthenticationRefused):
        return _webhook_untold(connection, stored=stored)
    if any(one.enabled for one in found):
        return _pass(_("Jira tells this console about changes as they happen."))
    if found:
        message = _("The webhook is registered in Jira, but switched off there.")
    elif stored:
        message = _("The webhook was registered, but Jira does not hold it any more.")
    else:
        message = connection.webhook_detail or _("No webhook is registered; changes are polled.")
    return Finding(State.WARNING, message, _WEBHOOK_REMEDY, "webhook_missing")


_WEBHOOK_REMEDY = gettext_lazy(
    "Open tab “#5 Webhook”: register it there if the account is a Jira admin, or copy the address "
    "for your Jira admin."
)


def _webhook_untold(connection: Connection, *, stored: bool) -> Finding:
    """Jira shows its webhooks to admins only, so what arrived is the only witness."""
    if connection.webhook_seen and timezone.now() - connection.webhook_seen < WEBHOOK_QUIET:
        return _pass(_("Jira tells this console about changes; what it sent arrived."))
    if stored:
        return _skipped(
            _("Jira shows its webhooks to Jira admins only, and the account is none (any more).")
        )
    message = connection.webhook_detail or _("No webhook is registered; changes are polled.")
    return Finding(State.WARNING, message, _WEBHOOK_REMEDY, "webhook_missing")


def webhook_seen(probe: Probe) -> Finding:
    connection = probe.connection
    if connection.webhook_state == WebhookState.SILENT:
        return Finding(
            State.WARNING,
            _("The webhook is registered, but what it should have told did not arrive."),
            _(
                "Ask the Jira admin whether Jira reaches this console; changes are polled meanwhile."
            ),
            "webhook_silent",
        )
    if connection.webhook_seen is None:
        return _skipped(_("Nothing arrived yet. Edit an issue in Jira and test again."))
    if timezone.now() - connection.webhook_seen > WEBHOOK_QUIET:
        return _skipped(_("Nothing arrived for a day; perhaps nothing changed in Jira."))
    return _pass(_("The webhook was seen within the last day."))


def _server(probe: Probe) -> ServerInfo | None:
    probe.ask_instance()
    return probe.server


def _person(probe: Probe) -> Person:
    if probe.person is None:
        raise gateway.NotReady("secret_missing", "The account is not known yet.")
    return probe.person


def _pass(message: str) -> Finding:
    return Finding(State.PASS, message)


def _skipped(message: str) -> Finding:
    return Finding(State.NOT_CHECKED, message)
