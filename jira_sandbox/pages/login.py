"""Logging in and out by browser."""

from ..routing import Call, Router
from ..wire import Response
from .layout import bad, button, field, form, go, hidden, page, session_of, sessions_of


def show(call: Call, problem: str = "", status: int = 200) -> Response:
    there = call.one("os_destination") or call.request.form().get("os_destination", "")
    return page(
        call, "Log in", bad(problem),
        form(call, "/login.jsp", hidden("os_destination", there), field("Username", "os_username"),
             field("Password", "os_password", kind="password"), button("Log In")),
        status=status,
    )  # fmt: skip


def log_in(call: Call) -> Response:
    """Accepts the user name or the e-mail address; lifts the CAPTCHA of Data Center."""
    given = call.request.form()
    name = given.get("os_username", "").strip()
    user = call.site.user_by(name=name, email=name)
    if user is None or not user.active or given.get("os_password") != user.password:
        return show(
            call, "Sorry, your username and password are incorrect - please try again.", 401
        )
    sessions = sessions_of(call)
    there = given.get("os_destination", "")
    local = there.startswith("/") and not there.startswith(("//", "/\\"))
    answer = go(call, there if local else "/secure/Dashboard.jspa")
    cookie = f"{sessions.cookie}={sessions.log_in(user)}; Path={call.site.context or '/'}"
    answer.headers.append(("Set-Cookie", cookie + "; HttpOnly; SameSite=Lax"))
    return answer


def log_out(call: Call) -> Response:
    sessions = sessions_of(call)
    session = session_of(call)
    if session and sessions.proves(session, call.request.form().get("atl_token", "")):
        sessions.log_out(call.request.cookies().get(sessions.cookie, ""))
    return go(call, "/login.jsp")


def mount(router: Router) -> None:
    router.add("GET", "/login.jsp", show)
    router.add("POST", "/login.jsp", log_in)
    router.add("POST", "/logout", log_out)
