"""Faults that are settings of the whole site rather than of single requests.

Each has a setter, which takes None for "as it should be", and a getter for the page. It must not
know requests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .model.people import CAPTCHA_AFTER
from .model.site import Site
from .refusal import Refusal
from .tls import KINDS, Certificates


@dataclass(frozen=True, slots=True)
class Setting:
    """`set` raises ValueError for a value that does not suit; `get` says what stands now.

    `plain`: it is on or off and takes no value.
    """

    about: str
    set: Callable[[Site, Any], None]
    get: Callable[[Site], str]
    plain: bool = False


def set_fault(site: Site, name: str, value: Any) -> None:
    """Gives a setting a value, None puts it right. Raises Refusal 400."""
    try:
        SETTINGS[name].set(site, value)
    except (TypeError, ValueError) as error:
        raise Refusal(400, f"The value does not suit the fault: {error}") from error


def _address(value: Any) -> str | None:
    return str(value).rstrip("/") if value else None


def _skew(site: Site, value: Any) -> None:
    site.skew = timedelta(seconds=float(value or 0))


def _lag(site: Site, value: Any) -> None:
    site.parts["search_lag"] = timedelta(seconds=float(value or 0))


def _base_url(site: Site, value: Any) -> None:
    site.configured_base_url = _address(value)


def _seen_as(site: Site, value: Any) -> None:
    site.seen_as = _address(value)


def _basic(site: Site, value: Any) -> None:
    site.basic_disabled = site.basic_default if value is None else not site.cloud


def _captcha(site: Site, value: Any) -> None:
    """Only of the named person; None frees everybody."""
    if value is None:
        for user in site.users.values():
            user.failed_logins = 0
        return
    found = site.user_by(name=str(value))
    if found is None:
        raise ValueError(f"there is no user {value!r}")
    found.failed_logins = CAPTCHA_AFTER


def _certificate(site: Site, value: Any) -> None:
    certificates: Certificates | None = site.parts.get("certificates")
    if certificates is not None:
        certificates.show(str(value or KINDS[0]))
    elif value is not None:
        raise ValueError("this sandbox speaks no TLS: start it with --tls or --tls-port")


def _asks_clients(site: Site, value: Any) -> None:
    certificates: Certificates | None = site.parts.get("certificates")
    if certificates is not None:
        certificates.asks_clients = bool(value)
    elif value:
        raise ValueError("this sandbox speaks no TLS: start it with --tls or --tls-port")


def _asked(site: Site) -> str:
    certificates: Certificates | None = site.parts.get("certificates")
    return "on" if certificates and certificates.asks_clients else ""


def _shown(site: Site) -> str:
    certificates: Certificates | None = site.parts.get("certificates")
    return certificates.kind if certificates else "no TLS"


SETTINGS = {
    "clock_skew": Setting(
        "value: seconds this Jira's clock is ahead",
        _skew,
        lambda site: f"{site.skew.total_seconds():+g} s",
    ),
    "base_url": Setting(
        "value: the base URL this Jira believes to have", _base_url, lambda site: site.base_url
    ),
    "proxy_address": Setting(
        "a reverse proxy changes scheme, host, port or path; value: the address under which this "
        "Jira then sees requests, such as http://inner:8080/jira",
        _seen_as,
        lambda site: site.seen_as or "",
    ),
    "basic_disabled": Setting(
        "Data Center takes no user name and password at its API",
        _basic,
        lambda site: "yes" if site.basic_disabled else "no",
        plain=True,
    ),
    "captcha": Setting(
        "Data Center demands a CAPTCHA of a person; value: the user name",
        _captcha,
        lambda site: ", ".join(one.name for one in site.users.values() if one.locked),
    ),
    "tls_certificate": Setting(
        f"the certificate shown from the next connection on; value: {', '.join(KINDS)}",
        _certificate,
        _shown,
    ),
    "client_certificate": Setting(
        "by TLS only who shows a client certificate of /sandbox/authority.pem is let in; "
        "/sandbox/client.pem is one",
        _asks_clients,
        _asked,
        plain=True,
    ),
    "search_lag": Setting(
        "value: seconds until Cloud's search sees a new issue",
        _lag,
        lambda site: f"{site.parts.get('search_lag', timedelta()).total_seconds():g} s",
    ),
}
