"""Requests become exactly the path, query and body that Jira expects."""

import pytest

from jira_client.errors import AnonymousAnswer, AuthenticationRefused, OAuthProblem
from jira_client.protocol import Expect, Request, encode, fill, read
from tests.jira_client.servers import answer


def test_path_values_are_encoded_and_cannot_leave_their_place() -> None:
    assert fill("/issue/{issue}/x", {"issue": "A/../1?b#c"}) == "/issue/A%2F..%2F1%3Fb%23c/x"


@pytest.mark.parametrize("value", ["", " ", ".", ".."])
def test_an_empty_value_never_reaches_the_collection(value: str) -> None:
    with pytest.raises(ValueError, match="issue"):
        encode(Request("DELETE", "/rest/api/2/issue/{issue}", {"issue": value}))


def test_the_query_is_encoded_as_it_is_signed() -> None:
    request = Request("GET", "/s", params={"jql": 'a ~ "ü&b"', "n": 1, "on": True, "no": None})
    assert encode(request).target == "/s?jql=a%20~%20%22%C3%BC%26b%22&n=1&on=true"
    assert encode(Request("GET", "/s", params={"fields": ("a", "b")})).target == "/s?fields=a%2Cb"


def test_json_and_form_bodies_name_their_type() -> None:
    wire = encode(Request("POST", "/x", json={"ä": [1]}))
    assert wire.body == '{"ä":[1]}'.encode()
    assert wire.headers["Content-Type"] == "application/json"
    assert encode(Request("POST", "/x", form={"a b": "c"})).body == b"a%20b=c"
    assert encode(Request("GET", "/x")).body is None


def test_writes_are_judged_by_method_unless_told() -> None:
    assert encode(Request("PUT", "/x")).writes
    assert not encode(Request("GET", "/x")).writes
    assert not encode(Request("POST", "/search", writes=False)).writes


def test_nothing_expected_takes_nothing_and_anything_but_a_page() -> None:
    request = Request("POST", "/x", expect=Expect.NOTHING)
    assert read(request, answer(None, 204, b"")) is None
    assert read(request, answer(None, 201, b"")) is None
    assert read(request, answer({"entries": []}, 207)) == {"entries": []}
    assert read(request, answer(None, 200, b"ok", Content_Type="text/plain")) is None


def test_nobody_may_read_as_nobody() -> None:
    response = answer({"version": "9"}, X_AUSERNAME="anonymous")
    assert read(Request("GET", "/x"), response, signed_in=False) == {"version": "9"}
    with pytest.raises(AnonymousAnswer):
        read(Request("GET", "/x"), response)


PROBLEM = "oauth_problem=token_rejected&oauth_signature_base_string=GET%26x%26oauth_token%3Dabc"


@pytest.mark.parametrize(
    "response",
    [
        answer(None, 401, PROBLEM.encode(), Content_Type="application/x-www-form-urlencoded"),
        answer(None, 401, b"", WWW_Authenticate='OAuth realm="x", oauth_problem="token_rejected"'),
        answer(None, 401, f"<html><body>{PROBLEM}</body></html>".encode()),
        answer({"message": "oauth_problem=token_rejected", "status-code": 401}, 401),
        answer(
            None, 401, b"", WWW_Authenticate='Basic realm="x", OAuth oauth_problem="token_rejected"'
        ),
    ],
    ids=["form", "header", "html", "json", "second challenge"],
)
def test_an_oauth_problem_is_found_wherever_it_stands(response: object) -> None:
    with pytest.raises(OAuthProblem) as caught:
        read(Request("GET", "/x"), response)  # type: ignore[arg-type]
    assert caught.value.problem == "token_rejected"
    assert caught.value.status == 401
    assert "abc" not in f"{caught.value} {caught.value.parameters} {caught.value.seen}"


def test_a_bare_oauth_challenge_is_no_problem_of_its_own() -> None:
    response = answer({}, 401, WWW_Authenticate='OAuth realm="https%3A%2F%2Fjira"')
    with pytest.raises(AuthenticationRefused):
        read(Request("GET", "/x"), response)
