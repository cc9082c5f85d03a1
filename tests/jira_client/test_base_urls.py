"""Which base URLs are taken, and how they appear on the wire."""

import pytest

from jira_client.errors import NotJira
from jira_client.transport import Transport
from outgoing.address import AddressPolicy
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


@pytest.mark.parametrize(
    "url",
    [
        "",
        "jira.example.com",
        "ftp://jira.example.com",
        "file:///etc/passwd",
        "https://",
        "https://ann:secret@jira.example.com",
        "https://jira.example.com/?a=1",
        "https://jira.example.com/#x",
        "https://jira.example.com:port",
        "https://[::1",
        "https://a..b",
    ],
)
def test_anything_else_is_refused_without_echoing_it(url: str) -> None:
    with pytest.raises(NotJira, match="Instance URL") as caught:
        Transport(url, AddressPolicy())
    assert "secret" not in str(caught.value)
