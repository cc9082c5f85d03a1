"""Which Jira the variables of the contract suite may name, and what the closed network lets through."""

from __future__ import annotations

import pytest

from tests.real_jira import Door, Unusable, named

WHOLE = {
    "ALMCONNECT_TEST_JIRA_URL": "https://jira.example.com/jira/",
    "ALMCONNECT_TEST_JIRA_PROJECT": "TRY",
    "ALMCONNECT_TEST_JIRA_USER": "anna",
    "ALMCONNECT_TEST_JIRA_SECRET": "s3cret-of-anna",
}


def with_url(url: str) -> dict[str, str]:
    return {**WHOLE, "ALMCONNECT_TEST_JIRA_URL": url}


def test_none_is_named_by_nothing() -> None:
    assert named({}) is None
    assert named({**WHOLE, "ALMCONNECT_TEST_JIRA_URL": ""}) is None


def test_one_is_named_and_its_secret_is_shown_nowhere() -> None:
    jira = named(WHOLE)
    assert jira is not None
    assert (jira.url, jira.host, jira.port) == (
        "https://jira.example.com/jira",
        "jira.example.com",
        443,
    )
    assert not jira.here
    assert "s3cret" not in repr(jira)


@pytest.mark.parametrize("word", ["PROJECT", "SECRET"])
def test_half_of_it_is_refused(word: str) -> None:
    with pytest.raises(Unusable, match=f"needs ALMCONNECT_TEST_JIRA_{word} beside it"):
        named({**WHOLE, f"ALMCONNECT_TEST_JIRA_{word}": ""})


@pytest.mark.parametrize("url", ["http://jira.example.com", "http://192.0.2.7:8080"])
def test_a_secret_never_travels_in_the_open(url: str) -> None:
    with pytest.raises(Unusable, match="must be https"):
        named(with_url(url))


@pytest.mark.parametrize("url", ["jira.example.com", "ftp://jira", "https://", "https://a:b@jira"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Unusable, match="is no address"):
        named(with_url(url))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8090", "http://localhost:8090", "http://[::1]:80"]
)
def test_on_this_machine_it_may_be_http(url: str) -> None:
    jira = named(with_url(url))
    assert jira is not None
    assert jira.here


def test_the_door_lets_one_port_through_where_its_name_leads() -> None:
    door = Door("jira.example.com", 443)
    assert door.names("Jira.Example.com.")
    assert not door.names("example.com")
    assert not door.lets(("192.0.2.7", 443))
    door.note([(2, 1, 6, "", ("192.0.2.7", 443))])
    assert door.lets(("192.0.2.7", 443))
    assert not door.lets(("192.0.2.7", 22))
    assert not door.lets(("192.0.2.8", 443))


def test_an_address_needs_no_name() -> None:
    assert Door("192.0.2.7", 8443).lets(("192.0.2.7", 8443))
