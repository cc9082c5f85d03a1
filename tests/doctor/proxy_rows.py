"""The proxy before Jira: not there, not allowed, not trusted, refusing, or in vain. A real small proxy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from outgoing.address import AddressPolicy
from outgoing.http_proxy import Login
from tests.doctor.rows import Row
from tests.doctor.stage import Stage
from tests.outgoing.certificates import make

ONE = ("cloud", "10")
SECURE = "https://jira.example.invalid"
OPERATOR = "proxy's operator"


def calls(stage: Stage, proxy: str, url: str = SECURE, **options: AddressPolicy | Login) -> None:
    stage.client(url=url, proxy=proxy, **options).myself()


def nobody(stage: Stage) -> None:
    calls(stage, f"http://127.0.0.1:{stage.closed_port()}")


def no_name(stage: Stage) -> None:
    calls(stage, "http://proxy.no-such-house.invalid:3128")


def forbidden(stage: Stage) -> None:
    calls(stage, stage.proxy().url, policy=AddressPolicy())


def untrusted(stage: Stage) -> None:
    folder = TemporaryDirectory()
    stage.after(folder.cleanup)
    proxy = stage.proxy(make("localhost").server_context(Path(folder.name)))
    calls(stage, f"https://localhost:{proxy.port}")


def refusing(status: str, url: str = SECURE) -> Callable[[Stage], object]:
    def provoke(stage: Stage) -> None:
        proxy = stage.proxy()
        proxy.refuse(status)
        calls(stage, proxy.url, url or stage.handle.url)

    return provoke


def in_vain(stage: Stage) -> None:
    """The proxy finds nobody at Jira's port."""
    calls(stage, stage.proxy().url, f"https://127.0.0.1:{stage.closed_port()}")


def wrong_login(stage: Stage) -> None:
    proxy = stage.proxy()
    proxy.ask_for("alm", "the right one")
    calls(stage, proxy.url, proxy_login=Login("alm", "another one"))


def other_login(stage: Stage) -> None:
    proxy = stage.proxy()
    proxy.refuse("407 Proxy Authentication Required", Proxy_Authenticate="NTLM")
    calls(stage, proxy.url)


def jira_itself(stage: Stage) -> None:
    """Jira's own address entered as the proxy's: it does not know the verb."""
    calls(stage, stage.handle.url.removesuffix(stage.site.context))


def _row(
    kind: str, provoke: Callable[[Stage], object], what: str, *remedy: str, name: str = ""
) -> Row:
    return Row(f"proxy_{kind}", provoke, what, remedy, ONE, name)


ROWS = (
    _row("unreachable", nobody, "does not answer", "port", "Advanced Settings", OPERATOR),
    _row("unreachable", no_name, "does not answer", "host", OPERATOR, name="no address"),
    _row("not_allowed", forbidden, "not allowed", "console's operator", "configuration"),
    _row("not_trusted", untrusted, "not trusted", "CA bundle", "Advanced Settings"),
    _row("login_wanted", refusing("407 Proxy Authentication Required"), "407", OPERATOR,
         "Advanced Settings"),
    _row("login_wanted", refusing("407 Proxy Authentication Required", ""), "407", OPERATOR,
         name="plain http"),
    _row("login_refused", wrong_login, "does not accept the user name and password", OPERATOR,
         "Advanced Settings"),
    _row("login_unknown", other_login, "kind of login", OPERATOR, "NTLM"),
    _row("forbids", refusing("403 Forbidden"), "403", OPERATOR, "443"),
    _row("cannot_reach", refusing("502 Bad Gateway"), "did not get through", OPERATOR, "Instance URL"),
    _row("cannot_reach", in_vain, "did not get through", OPERATOR, name="closed port"),
    _row("not_one", jira_itself, "no proxy", "Advanced Settings", "CONNECT"),
)  # fmt: skip
