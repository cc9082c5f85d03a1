"""The parts of a card that a board shows a thousand times, made quick. Shows only; reads no row."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.templatetags.console import Look, icon, look
from planning import working_time as working
from planning.cards import Card
from planning.models import SyncState

register = template.Library()
QUIET = frozenset({SyncState.SYNCED.value, SyncState.LOCAL_ONLY.value})  # their word is for ears


@register.simple_tag
def work_cards(cards: Iterable[Card], may_plan: bool) -> SafeString:
    """Each by its template; rendered once for what it shows, since most cards stay as they are."""
    language = get_language() or ""
    return SafeString("".join([_rendered(card, bool(may_plan), language) for card in cards]))


@lru_cache(maxsize=8192)  # some ten megabytes at most; a card that changed is another card
def _rendered(card: Card, may_plan: bool, language: str) -> SafeString:
    shown = get_template("planning/_card.html").render({"card": card, "may_plan": may_plan})
    return SafeString(shown)


@register.filter
def working_time(seconds: int | None) -> str:
    """“6 h 30 min”; empty where there is none."""
    return working.shown(seconds)


@lru_cache(maxsize=32)
def _parts(state: str) -> tuple[Look, SafeString]:
    seen = look(state)
    return seen, icon(seen.icon)


@register.simple_tag
def sync_chip(state: str, detail: str) -> SafeString:
    """Where a card stands between board and Jira, as a small badge; the reason on hover."""
    seen, picture = _parts(state)
    hidden = SafeString(' class="visually-hidden"') if state in QUIET else ""
    return format_html(
        '<span class="card-sync state-{}" title="{}">{}<span{}>{}</span></span>',
        seen.tone,
        f"{seen.word}: {detail}" if detail else seen.word,
        picture,
        hidden,
        seen.word,
    )
