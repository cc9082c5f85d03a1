"""`signature_invalid` and clock trouble: the exact difference, named, without showing the token."""

from datetime import UTC, datetime, timedelta

import pytest

from jira_client import parse
from jira_client.diagnosis import Diagnosis, explain
from jira_client.diagnosis.base_string import base_string_differences, url_differences
from jira_client.errors import OAuthProblem
from tests.jira_client.base_strings import base_string

SENT = "https://jira.example.com/jira/rest/api/2/search?jql=a%20%3D%201&startAt=0"
TOKEN = [("oauth_token", "t0psecret"), ("oauth_nonce", "1")]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def refused(seen_by_jira: str) -> OAuthProblem:
    error = OAuthProblem("no", problem="signature_invalid", base_string=seen_by_jira, status=401)
    error.sent_url = SENT
    error.located("GET", "/rest/api/2/search")
    return error


def jira_saw(url: str, method: str = "GET") -> Diagnosis:
    server = parse.server_info({"baseUrl": "https://jira.example.com/jira", "version": "9.12.0"})
    error = refused(base_string(method, url, TOKEN))
    found = explain(error, entered_url="https://jira.example.com/jira", server=server, now=NOW)
    assert "t0psecret" not in repr(found)
    assert found.code == "oauth_signature_invalid"
    return found


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (SENT.replace("https", "http"), "scheme: here https, at Jira http"),
        (SENT.replace("jira.example.com", "tomcat"), "host: here jira.example.com, at Jira tomcat"),
        (SENT.replace(".com/", ".com:8443/"), "port: here 443, at Jira 8443"),
        (SENT.replace("/jira/rest", "/rest"), "context path: here /jira/rest/api/2/search"),
        (SENT.replace("&startAt=0", ""), "parameter startAt was changed or lost"),
        (SENT.replace("a%20%3D%201", "b"), "parameter jql was changed or lost"),
    ],
    ids=["scheme", "host", "port", "context", "lost parameter", "changed parameter"],
)
def test_the_difference_is_named(url: str, words: str) -> None:
    found = jira_saw(url)
    assert words in found.what
    assert len([1 for label, _ in found.seen if label == "difference"]) == 1


def test_a_changed_method_is_named() -> None:
    (one,) = base_string_differences(base_string("GET", SENT, TOKEN), SENT, "HEAD")
    assert (one.part, one.ours, one.theirs) == ("method", "HEAD", "GET")


def test_without_an_echo_the_two_base_urls_are_compared() -> None:
    server = parse.server_info({"baseUrl": "http://jira:8080", "version": "9.12.0"})
    error = OAuthProblem("no", problem="signature_invalid")
    found = explain(error, entered_url="https://jira.example.com", server=server)
    assert {"scheme", "host", "port"} <= {
        v.partition(":")[0] for k, v in found.seen if k == "difference"
    }
    assert "http://jira:8080" in found.remedy


def test_without_any_difference_the_proxy_list_and_the_key_remain() -> None:
    found = explain(OAuthProblem("no", problem="signature_invalid"))
    assert "proxyName" in found.remedy
    assert "Public Key" in found.remedy


def test_equal_addresses_do_not_differ() -> None:
    assert (
        url_differences("HTTPS://Jira.example.com:443/jira/", "https://jira.example.com/jira") == ()
    )
    assert base_string_differences(base_string("GET", SENT, TOKEN), SENT, "GET") == ()
    assert base_string_differences("nonsense", SENT, "GET") == ()


@pytest.mark.parametrize(("seconds", "way"), [(700, "ahead of"), (-700, "behind")])
def test_clocks_are_compared_in_seconds(seconds: int, way: str) -> None:
    theirs = int((NOW - timedelta(seconds=seconds)).timestamp())
    window = {"oauth_acceptable_timestamps": f"{theirs - 300}-{theirs + 300}"}
    found = explain(OAuthProblem("no", problem="timestamp_refused", parameters=window), now=NOW)
    assert f"700 seconds {way} Jira's" in found.what
    assert "Jira accepts" in dict(found.seen)


def test_jiras_own_date_is_believed_first() -> None:
    date = NOW - timedelta(seconds=400)
    found = explain(OAuthProblem("no", problem="timestamp_refused", date=date), now=NOW)
    assert "400 seconds ahead" in found.what
