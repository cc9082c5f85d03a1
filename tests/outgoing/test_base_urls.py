"""The parts of a base URL, as they appear on the wire."""

import pytest

from outgoing.origin import origin_of


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://jira.example.com", "jira.example.com", 443, ""),
        ("http://jira.example.com:8080/jira", "jira.example.com:8080", 8080, "/jira"),
        ("https://JIRA.example.com:443/a/b/", "jira.example.com", 443, "/a/b"),
        ("http://[::1]:8080", "[::1]:8080", 8080, ""),
        ("https://bücher.example", "xn--bcher-kva.example", 443, ""),
    ],
)
def test_parts(url: str, host: str, port: int, path: str) -> None:
    origin = origin_of(url)
    assert (origin.host_header, origin.port, origin.path) == (host, port, path)
