"""The errors as a tree: drawn as it is, stable slugs, and fit to travel between processes."""

import pickle

import pytest

from jira_client import errors
from jira_client.errors import JiraError, as_jira_error
from outgoing import errors as outgoing


def every_kind(base: type[JiraError] = JiraError) -> list[type[JiraError]]:
    return [base, *(kind for sub in base.__subclasses__() for kind in every_kind(sub))]


def test_the_drawing_shows_every_error() -> None:
    drawing = (errors.__doc__ or "").split()
    assert [kind.__name__ for kind in every_kind() if kind.__name__ not in drawing] == []


def test_slugs_are_unique() -> None:
    slugs = [kind.code for kind in every_kind()]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling(kind: type[JiraError]) -> None:
    error = kind("It failed.")
    error.located("POST", "/x")
    error.outcome_unknown = True
    error.retry_after = 3.0
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(twin) is kind
    assert (str(twin), twin.method, twin.path) == ("It failed.", "POST", "/x")
    assert (twin.outcome_unknown, twin.retry_after) == (True, 3.0)


def leaves(base: type[outgoing.CallFailed]) -> list[type[outgoing.CallFailed]]:
    """The errors of `outgoing` under this one, itself too."""
    found = [sub for sub in base.__subclasses__() if sub.__module__ == outgoing.__name__]
    return [base, *(kind for sub in found for kind in leaves(sub))]


@pytest.mark.parametrize(
    "kind",
    [*leaves(outgoing.ConnectFailed), *leaves(outgoing.AnswerLost)],
    ids=lambda kind: kind.__name__,
)
def test_a_failure_of_the_network_is_the_same_as_an_error_of_jira(
    kind: type[outgoing.CallFailed],
) -> None:
    failure = kind("It failed.", seen={"host": "jira.example.com"})
    failure.located("POST", "/x")
    failure.outcome_unknown = True
    vars(failure).update(kind="weak", reused=True)
    error = as_jira_error(failure)
    assert type(error) is getattr(errors, kind.__name__)
    assert isinstance(error, kind)
    assert (str(error), error.code, error.transient) == (
        "It failed.", failure.code, failure.transient
    )  # fmt: skip
    assert vars(error).items() >= vars(failure).items()
    assert (error.status, error.sender, error.messages) == (None, None, ())
    assert as_jira_error(error) is error


def test_an_address_that_is_none_is_no_jira() -> None:
    error = as_jira_error(outgoing.UrlUnusable("The address names no host."))
    assert type(error) is errors.NotJira
    assert str(error) == "The Instance URL cannot be used. The address names no host."


def test_what_holds_the_token_does_not_travel() -> None:
    error = errors.OAuthProblem("no", problem="signature_invalid", base_string="GET&x&t0psecret")
    error.sent_url = "https://j/x?jql=secret"
    travelled = pickle.dumps(error)
    assert b"secret" not in travelled
    assert pickle.loads(travelled).problem == "signature_invalid"  # noqa: S301 - our own bytes
