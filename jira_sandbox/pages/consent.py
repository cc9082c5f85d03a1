"""The consent page of OAuth: a person allows or denies an application's access, or takes it back later."""

import secrets
from html import escape
from urllib.parse import urlencode

from ..model.people import User
from ..oauth.links import RequestToken
from ..oauth.mount import provider_of
from ..oauth.problems import Problem
from ..routing import Call, Router
from ..wire import Response, redirect
from .layout import bad, button, form, go, hidden, link, page, signed_in, table

PATH = "/plugins/servlet/oauth/authorize"
MINE = "/plugins/servlet/oauth/users/access-tokens"


def _token(call: Call, name: str) -> RequestToken:
    token = provider_of(call.site).register.requests.get(name)
    if token is None or token.link.deleted:
        raise Problem("token_rejected")
    if token.decided or token.used:
        raise Problem("token_used")
    if token.expires <= call.site.now():
        raise Problem("token_expired")
    return token


def _problem(call: Call, problem: Problem) -> Response:
    return page(
        call,
        "OAuth problem",
        bad(f"The request token cannot be used: {problem.name}. Start again in the application."),
        status=problem.status,
    )


def ask(call: Call, user: User) -> Response:
    try:
        token = _token(call, call.one("oauth_token"))
    except Problem as problem:
        return _problem(call, problem)
    name = token.link.consumer_name or token.link.name
    return page(
        call, "Welcome to Jira",
        f"<p>The application <strong>{escape(name)}</strong> would like to have read and write "
        f"access to your data on Jira as <strong>{escape(user.display_name)}</strong> "
        f"({escape(user.name)}).</p>",
        form(call, PATH, hidden("oauth_token", token.token), button("Allow", "approve", "Allow"),
             button("Deny", "deny", "Deny", "quiet")),
    )  # fmt: skip


def decide(call: Call, user: User) -> Response:
    given = call.request.form()
    try:
        token = _token(call, given.get("oauth_token", ""))
    except Problem as problem:
        return _problem(call, problem)
    if "approve" in given:
        token.user, token.verifier = user, secrets.token_urlsafe(6)
    else:
        token.denied, token.verifier = True, "denied"
    if token.callback != "oob":
        pairs = urlencode({"oauth_token": token.token, "oauth_verifier": token.verifier})
        return redirect(token.callback + ("&" if "?" in token.callback else "?") + pairs)
    if token.denied:
        return page(call, "Access denied", "<p>You have denied the access.</p>")
    return page(
        call, "Access approved",
        "<p>You have successfully authorized the application. Your verification code is "
        f"'<strong id=\"verifier\">{escape(token.verifier)}</strong>'. Enter it in the "
        "application.</p>",
    )  # fmt: skip


def authorized(call: Call, user: User) -> Response:
    held = provider_of(call.site).register.of_user(user)
    rows = [
        [escape(one.link.consumer_name or one.link.name), escape(str(one.created)[:16]),
         form(call, MINE, hidden("token", one.token), button("Revoke OAuth Access Token"))]
        for one in held
    ]  # fmt: skip
    more = "" if call.site.cloud else link(call, "/secure/ViewProfile.jspa", "Access tokens")
    return page(call, "Authorized applications", more,
                table(("Application", "Since", ""), rows))  # fmt: skip


def revoke(call: Call, user: User) -> Response:
    register = provider_of(call.site).register
    token = register.tokens.get(call.request.form().get("token", ""))
    if token is not None and token.user is user:
        del register.tokens[token.token]
    return go(call, MINE)


def mount(router: Router) -> None:
    router.add("GET", PATH, signed_in(ask))
    router.add("POST", PATH, signed_in(decide))
    router.add("GET", MINE, signed_in(authorized))
    router.add("POST", MINE, signed_in(revoke))
