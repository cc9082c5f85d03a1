"""What every page of the console shares: icons, states, form controls, the menu, who may go where.

Shows only; decides nothing and reads no row. `{% load console %}` in a template.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: never by colour alone, always an icon and a word too."""

    tone: str
    icon: str
    word: str | Promise


_GOOD, _CARE, _BAD, _BUSY, _QUIET = "success", "warning", "danger", "info", "secondary"
LOOKS = {
    # checks
    "pass": Look(_GOOD, "pass", _("Pass")),
    "warning": Look(_CARE, "warning", _("Warning")),
    "fail": Look(_BAD, "fail", _("Fail")),
    "not_checked": Look(_QUIET, "dash", _("Not checked")),
    "crashed": Look("crash", "crash", _("Check crashed")),
    # health of a connection
    "ok": Look(_GOOD, "pass", _("OK")),
    "failing": Look(_BAD, "fail", _("Failing")),
    "stopped": Look(_BAD, "stop", _("Stopped")),
    "paused": Look(_QUIET, "pause", _("Paused")),
    "unknown": Look(_QUIET, "question", _("Unknown")),
    "draft": Look(_QUIET, "edit", _("Draft")),
    # its part in a move to another Jira
    "moving": Look(_BUSY, "run", _("Being moved")),
    "comparing": Look(_BUSY, "run", _("Being compared")),
    "kept": Look(_QUIET, "pause", _("Kept for the way back")),
    # sync of a work item
    "synced": Look(_GOOD, "pass", _("Synced")),
    "waiting": Look(_BUSY, "clock", _("Waiting")),
    "parked": Look(_CARE, "park", _("Parked")),
    "conflict": Look(_BAD, "conflict", _("Conflict")),
    "local_only": Look(_QUIET, "local", _("On the board only")),
    "gone": Look(_QUIET, "gone", _("Gone in Jira")),
    # runs and imports
    "running": Look(_BUSY, "run", _("Running")),
    "finished": Look(_GOOD, "pass", _("Finished")),
    "failed": Look(_BAD, "fail", _("Failed")),
    # permissions
    "held": Look(_GOOD, "pass", _("Held")),
    "missing": Look(_BAD, "fail", _("Missing")),
    "unsupported": Look(_QUIET, "dash", _("Not on this Jira")),
}


@register.filter
def look(state: object) -> Look:
    """The look of a state; one that is not known here shows its own word, quietly."""
    name = str(getattr(state, "value", state) or "unknown")
    return LOOKS.get(name) or Look(_QUIET, "info", name.replace("_", " ").capitalize())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of static/icons.svg; silent to a screen reader unless it has a label of its own."""
    return _icon(name, str(label))


@lru_cache(maxsize=512)  # pages show some a hundred times; labels are few
def _icon(name: str, label: str) -> SafeString:
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def state(of: object, word: object = "") -> SafeString:
    """A state as a badge: icon, word and colour; `word` replaces the state's own."""
    return _badge(str(getattr(of, "value", of) or "unknown"), str(word or ""), get_language() or "")


@lru_cache(maxsize=512)
def _badge(name: str, word: str, language: str) -> SafeString:
    seen = look(name)
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>',
        seen.tone,
        icon(seen.icon),
        word or seen.word,
    )


@register.simple_tag
def when(moment: datetime | None, never: object = "") -> SafeString:
    """A moment: relative, with the exact one, in the person's time zone, on hover; or `never`."""
    if not moment:
        return format_html('<span class="text-body-secondary">{}</span>', never or gettext("never"))
    here = localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{here.day} {MONTHS[here.month]} {here:%Y, %H:%M:%S %Z}",
        naturaltime(moment),
    )


@register.filter
def duration(seconds: float | None) -> str:
    """`75` → `1 min 15 s`; empty for None."""
    if seconds is None:
        return ""
    whole = max(0, round(float(seconds)))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = hours // 24
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


_CONTROLS: tuple[tuple[type[forms.Widget] | tuple[type[forms.Widget], ...], str], ...] = (
    ((forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple), "form-check-input"),
    (forms.Select, "form-select"),
)


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget in Bootstrap's clothes, tied to its help and its errors for screen readers."""
    widget = field.field.widget
    kind = next((css for types, css in _CONTROLS if isinstance(widget, types)), "form-control")
    classes = [widget.attrs.get("class", ""), kind, "is-invalid" if field.errors else ""]
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    described = [f"{field.auto_id}_help"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def ticked(field: BoundField) -> bool:
    """Whether the field is one tick box, whose label stands after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def many(field: BoundField) -> bool:
    """Whether the field is a group of tick boxes or radio buttons, which a fieldset must hold."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))


@register.filter
def allowed(name: str, user: Any) -> bool:
    """Whether this person may open the page of this URL name: `{% if "accounts:people"|allowed:user %}`.

    Asks the view's own declaration (accounts.access), so that what is offered and what is refused
    cannot part. For pages whose address needs no arguments; a name not in use is not allowed.
    """
    try:
        view = resolve(reverse(name)).func
    except NoReverseMatch:
        return False
    roles: frozenset[str] | None = getattr(view, "needs", frozenset())
    return roles is None or (user.is_authenticated and user.role in roles)


MENU = (
    ("home", _("RTE Cockpit")),
    ("connections:list", _("ALM Connections")),
    ("planning:board", _("Board")),
    ("sync:activity", _("Activity")),
    ("accounts:audit", _("Audit")),
    ("system", _("System")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    address: str
    word: str | Promise
    here: bool


@register.simple_tag(takes_context=True)
def menu(context: template.Context) -> list[Entry]:
    """The top menu: only what exists and what this person may open."""
    request = context["request"]
    entries = []
    for name, word in MENU:
        if allowed(name, request.user):
            address = reverse(name)
            here = request.path == address or (address != "/" and request.path.startswith(address))
            entries.append(Entry(address, word, here))
    return entries
