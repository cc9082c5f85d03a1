"""One frame for every page: title, menu, forms with their token. It must not know the model's verbs."""

from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import quote

from ..model.people import User
from ..refusal import Refusal
from ..routing import Call
from ..sessions import Session, Sessions
from ..wire import Response, html, redirect

CSS = """
body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#172b4d;background:#fff}
header{background:#0747a6;color:#fff;padding:.6rem 1.2rem;display:flex;gap:1.2rem;
flex-wrap:wrap;align-items:center}
header a,header button{color:#fff;background:none;border:0;font:inherit;cursor:pointer;
text-decoration:underline;padding:0}
main{padding:1rem 1.2rem;max-width:70rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #dfe1e6;vertical-align:top}
label{display:block;margin:.6rem 0 .1rem;font-weight:600}
.check{font-weight:400}.check input{display:inline;width:auto;margin-right:.4rem}
input,select,textarea{display:block;font:inherit;padding:.35rem;width:100%;max-width:36rem;box-sizing:border-box}
textarea{min-height:7rem}
main button,.button{font:inherit;background:#0052cc;color:#fff;border:0;border-radius:3px;
padding:.4rem .9rem;margin:.6rem .4rem .2rem 0;cursor:pointer;text-decoration:none;
display:inline-block}
main button.quiet{background:#42526e}.warn{background:#fffae6;padding:.5rem .8rem;
border-left:4px solid #ff8b00}.bad{background:#ffebe6;padding:.5rem .8rem;
border-left:4px solid #de350b}
td form{display:inline}td button{margin:0;padding:.1rem .5rem}
"""


def sessions_of(call: Call) -> Sessions:
    found: Sessions = call.site.parts["sessions"]
    return found


def session_of(call: Call) -> Session | None:
    sessions = sessions_of(call)
    return sessions.get(call.request.cookies().get(sessions.cookie, ""))


def link(call: Call, path: str, text: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<a href="{escape(call.site.context + path)}"{kind}>{escape(text)}</a>'


def go(call: Call, path: str) -> Response:
    return redirect(call.site.context + path)


def page(call: Call, title: str, *parts: str, status: int = 200) -> Response:
    session = session_of(call)
    menu = [link(call, "/secure/Dashboard.jspa", "Projects")]
    if session:
        menu += [
            link(call, "/secure/admin/", "Settings"),
            link(call, "/plugins/servlet/oauth/users/access-tokens", "Profile"),
            link(call, "/sandbox/faults", "Faults"),
            f"<span>{escape(session.user.display_name)}</span>",
            form(call, "/logout", button("Log out")),
        ]
    else:
        menu.append(link(call, "/login.jsp", "Log in"))
    flavour = "Cloud" if call.site.cloud else f"Data Center {call.site.version}"
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} - Jira sandbox</title><style>{CSS}</style></head><body>"
        f"<header><strong>Jira sandbox ({flavour})</strong>{''.join(menu)}</header>"
        f"<main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )
    return html(text, status, [("Cache-Control", "no-store")])


def form(call: Call, path: str, *parts: str) -> str:
    """A POST form that carries its session's token."""
    session = session_of(call)
    token = hidden("atl_token", session.form_token) if session else ""
    target = escape(call.site.context + path)
    return f'<form method="post" action="{target}">{token}{"".join(parts)}</form>'


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def field(label: str, name: str, value: str = "", kind: str = "text", note: str = "") -> str:
    id = f"f-{escape(name)}"
    hint = f'<div id="{id}-note">{escape(note)}</div>' if note else ""
    described = f' aria-describedby="{id}-note"' if note else ""
    return (
        f'<label for="{id}">{escape(label)}</label><input id="{id}" name="{escape(name)}" '
        f'type="{kind}" value="{escape(value)}"{described}>{hint}'
    )


def area(label: str, name: str, value: str = "") -> str:
    id = f"f-{escape(name)}"
    return (
        f'<label for="{id}">{escape(label)}</label><textarea id="{id}" name="{escape(name)}">'
        f"\n{escape(value)}</textarea>"
    )


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> str:
    id = f"f-{escape(name)}"
    rows = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options
    )
    return (
        f'<label for="{id}">{escape(label)}</label><select id="{id}" name="{escape(name)}">{rows}'
        "</select>"
    )


def radio(name: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    return "".join(
        f'<label class="check"><input type="radio" name="{escape(name)}" value="{escape(value)}"'
        f"{' checked' if value == chosen else ''}>{escape(text)}</label>"
        for value, text in options
    )


def checkbox(label: str, name: str, checked: bool = False) -> str:
    on = " checked" if checked else ""
    return (
        f'<label class="check"><input type="checkbox" name="{escape(name)}" value="on"{on}>'
        f"{escape(label)}</label>"
    )


def button(text: str, name: str = "", value: str = "", style: str = "") -> str:
    named = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    kind = f' class="{style}"' if style else ""
    return f'<button type="submit"{named}{kind}>{escape(text)}</button>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already: escape what is text."""
    top = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def bad(text: str) -> str:
    return f'<p class="bad" role="alert">{escape(text)}</p>' if text else ""


# -- who may see a page


def signed_in(view: Callable[[Call, User], Response]) -> Callable[[Call], Response]:
    """A page for people who logged in by browser; a POST must carry the session's token."""

    def guarded(call: Call) -> Response:
        session = session_of(call)
        if session is None:
            query = f"?{call.request.query}" if call.request.query else ""
            return go(
                call, "/login.jsp?os_destination=" + quote(call.request.path + query, safe="")
            )
        if call.request.method == "POST":
            token = call.request.form().get("atl_token", "")
            if not Sessions.proves(session, token):
                return page(
                    call,
                    "XSRF Security Token Missing",
                    bad("The form was not sent by this page. Go back and try again."),
                    status=403,
                )
        try:
            return view(call, session.user)
        except Refusal as refusal:
            words = [*refusal.messages, *(f"{k}: {v}" for k, v in refusal.errors.items())]
            return page(call, "That did not work", bad(" ".join(words)), status=refusal.status)

    return guarded


def for_admins(view: Callable[[Call, User], Response]) -> Callable[[Call], Response]:
    """A page for Jira administrators."""

    def judged(call: Call, user: User) -> Response:
        if not call.site.may(user, "ADMINISTER"):
            return page(
                call,
                "Administrator access is needed",
                bad(f"{user.display_name} is no Jira administrator. Log out and log in as one."),
                status=403,
            )
        return view(call, user)

    return signed_in(judged)
