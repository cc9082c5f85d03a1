"""Every kind of error has a cause and a remedy in words; none shows what must not be shown."""

import pytest

from jira_client import errors, parse
from jira_client.diagnosis import explain
from jira_client.diagnosis.explain import _EXPLAINERS
from jira_client.errors import JiraError

OAUTH_WORDS = [
    "signature_invalid",
    "consumer_key_unknown",
    "consumer_key_rejected",
    "consumer_key_refused",
    "timestamp_refused",
    "nonce_used",
    "token_rejected",
    "token_expired",
    "token_revoked",
    "token_used",
    "permission_denied",
    "permission_unknown",
    "parameter_absent",
    "parameter_rejected",
    "signature_method_rejected",
    "version_rejected",
    "user_refused",
    "additional_authorization_required",
    "callback_unconfirmed",
    "something_new",
]
CLOUD = parse.server_info({"baseUrl": "https://a.atlassian.net", "deploymentType": "Cloud"})


def every_kind(base: type[JiraError] = JiraError) -> list[type[JiraError]]:
    return [base, *(kind for sub in base.__subclasses__() for kind in every_kind(sub))]


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_every_kind_has_an_explainer_of_its_own(kind: type[JiraError]) -> None:
    assert kind in _EXPLAINERS
    found = explain(kind("It failed."))
    assert found.code
    assert found.what.endswith(".")
    assert found.remedy.endswith(".")
    assert found.anchor == found.code.replace("_", "-")


@pytest.mark.parametrize("word", OAUTH_WORDS)
def test_every_oauth_problem_has_its_own_words(word: str) -> None:
    found = explain(errors.OAuthProblem("no", problem=word))
    assert found.code == ("oauth_problem" if word == "something_new" else f"oauth_{word}")
    others = {explain(errors.OAuthProblem("no", problem=w)).what for w in OAUTH_WORDS if w != word}
    assert found.what not in others


@pytest.mark.parametrize(
    "kind",
    ["unknown_ca", "self_signed", "expired", "host_mismatch", "fingerprint_mismatch", "other"],
)
def test_every_kind_of_tls_trouble(kind: str) -> None:
    assert explain(errors.TlsFailed("no", kind=kind)).code == f"tls_{kind}"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (errors.NotJson(kind="login_page"), "login_page", "single sign-on"),
        (errors.NotJson(kind="html"), "html_answer", "context path"),
        (errors.NotJson(kind="empty"), "empty_answer", "password"),
        (errors.Redirected(location="https://new.example.com"), "redirected", "base URL"),
        (errors.Redirected(to_login=True), "login_page", "past it"),
        (errors.BasicDisabled(status=403), "basic_disabled", "Switch to OAuth"),
        (errors.BasicDisabled(status=401), "password_not_accepted", "API token"),
        (errors.WrongToken(status=403), "wrong_token", "API token"),
        (errors.PermissionRefused(messages=("Project is archived",)), "archived", "Restore"),
        (errors.PermissionRefused(messages=("not licensed",)), "not_licensed", "access"),
        (errors.NotFound(path="/rest/agile/1.0/board"), "jira_software_missing", "installed"),
        (
            errors.Invalid(field_errors={"customfield_1": "It is not on the appropriate screen"}),
            "field_not_on_screen",
            "mapping",
        ),
        (errors.OAuthProblem(problem="permission_unknown"), "oauth_permission_unknown", "Jira tab"),
        (
            errors.OAuthProblem(problem="consumer_key_unknown"),
            "oauth_consumer_key_unknown",
            "External application",
        ),
    ],
)
def test_situations(error: JiraError, code: str, words: str) -> None:
    found = explain(error)
    assert found.code == code
    assert words in found.remedy


def test_the_secret_to_check_depends_on_the_deployment() -> None:
    error = errors.AuthenticationRefused(status=401)
    assert "API token" in explain(error, server=CLOUD, account="ann@example.com").remedy
    assert "ann@example.com" in explain(error, server=CLOUD, account="ann@example.com").what
    assert "password" in explain(error).remedy


def test_what_was_seen_is_shown_and_nothing_else() -> None:
    error = errors.Invalid(
        "x", status=400, messages=("Jira's words",), field_errors={"due": "late"}, seen={"a": "b"}
    )
    error.located("POST", "/rest/api/2/issue")
    seen = dict(explain(error).seen)
    assert seen == {
        "a": "b",
        "call": "POST /rest/api/2/issue",
        "status": "400",
        "Jira says": "Jira's words",
        "Jira on due": "late",
    }


def test_an_unknown_outcome_is_said() -> None:
    error = errors.ReadTimedOut("x", outcome_unknown=True)
    assert "looked up" in explain(error).what
    assert "outcome" in dict(explain(error).seen)


def test_our_own_fault_is_called_so() -> None:
    found = explain(KeyError("secret-token"))
    assert found.code == "internal"
    assert "secret-token" not in repr(found)
