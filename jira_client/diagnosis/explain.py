"""Chooses the function that explains an error, and adds what every explanation shows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jira_client import errors
from jira_client.diagnosis import answers, consent, logins, network, oauth, refusals
from jira_client.diagnosis.verdict import Case, Diagnosis, Finding
from jira_client.values import ServerInfo

_EXPLAINERS: dict[type[errors.JiraError], Callable[[Any, Case], Finding]] = {
    errors.DnsFailed: network.dns,
    errors.ConnectionRefused: network.refused,
    errors.ConnectTimedOut: network.timed_out,
    errors.AddressRefused: network.address,
    errors.ProxyFailed: network.proxy,
    errors.TlsFailed: network.tls,
    errors.ConnectFailed: network.unreachable,
    errors.ReadTimedOut: answers.slow,
    errors.ConnectionDropped: answers.dropped,
    errors.Truncated: answers.truncated,
    errors.TooLarge: answers.too_large,
    errors.AnswerLost: answers.dropped,
    errors.NotJson: answers.not_json,
    errors.Redirected: answers.redirected,
    errors.PagesRepeat: answers.pages_repeat,
    errors.NotJira: answers.not_jira,
    errors.OAuthProblem: oauth.problem,
    errors.CaptchaRequired: logins.captcha,
    errors.BasicDisabled: logins.basic_disabled,
    errors.WrongToken: logins.wrong_token,
    errors.ClientRefused: logins.client_refused,
    errors.AppRefused: consent.app_refused,
    errors.CodeRefused: consent.code_refused,
    errors.OfflineMissing: consent.offline_missing,
    errors.OtherSite: consent.other_site,
    errors.RenewalLost: consent.renewal_lost,
    errors.GrantEnded: consent.grant_ended,
    errors.AnonymousAnswer: logins.anonymous,
    errors.AuthenticationRefused: logins.authentication,
    errors.ForeignLogin: logins.foreign,
    errors.CallRefused: logins.call_refused,
    errors.OriginRefused: logins.origin,
    errors.XsrfRefused: refusals.xsrf,
    errors.PermissionRefused: refusals.permission,
    errors.NotFound: refusals.not_found,
    errors.Invalid: refusals.invalid,
    errors.ConflictRefused: refusals.conflict,
    errors.Gone: refusals.gone,
    errors.TooBig: refusals.too_big,
    errors.WorkflowInvalid: refusals.workflow,
    errors.RateLimited: refusals.rate_limited,
    errors.Starting: refusals.starting,
    errors.ServerFault: refusals.server_fault,
    errors.BadPayload: refusals.bad_payload,
    errors.SigningUnavailable: oauth.signing,
    errors.KeyUnusable: oauth.key,
    errors.JiraError: refusals.other,
}


def explain(
    error: Exception,
    *,
    entered_url: str | None = None,
    server: ServerInfo | None = None,
    now: datetime | None = None,
    account: str | None = None,
    draft: bool | None = None,
    called_url: str | None = None,
    extra_headers: tuple[str, ...] = (),
) -> Diagnosis:
    """Cause and remedy of any error.

    entered_url: the Instance URL as typed. server: what the instance said of itself. now: our
    clock when the error happened. account: whom the credentials are for. draft: nothing is tried by
    itself yet. called_url: where calls go, if elsewhere than to what was typed. extra_headers: the
    names of those that go along for a server before Jira.
    """
    case = Case(
        entered_url, server, now or datetime.now(UTC), account, draft, called_url, extra_headers
    )
    if not isinstance(error, errors.JiraError):
        return Diagnosis(
            "internal",
            "The check itself failed: this is a fault of the console, not of Jira.",
            "Try again. If it stays so, send the incident number and the time to the console's "
            "operator, who finds the cause in the log.",
            (("kind", type(error).__name__),),
            "internal",
        )
    explainer = next(_EXPLAINERS[kind] for kind in type(error).__mro__ if kind in _EXPLAINERS)
    finding = explainer(error, case)
    return Diagnosis(
        finding.code,
        finding.what,
        finding.remedy,
        (*finding.seen, *_circumstances(error, finding)),
        finding.code.replace("_", "-"),
    )


def _circumstances(error: errors.JiraError, finding: Finding) -> tuple[tuple[str, str], ...]:
    shown = {label for label, _ in finding.seen}
    facts = [(label, value) for label, value in error.seen.items() if label not in shown]
    if error.method and error.path:
        facts.append(("call", f"{error.method} {error.path}"))
    if error.status:
        facts.append(("status", str(error.status)))
    facts += [("Jira says", text) for text in error.messages[:3]]
    facts += [(f"Jira on {name}", text) for name, text in list(error.field_errors.items())[:5]]
    if error.outcome_unknown:
        facts.append(("outcome", "unknown: Jira may have carried it out"))
    return tuple((label, value[:300]) for label, value in facts)
