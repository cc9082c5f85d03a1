"""The shared partials: states by icon, word and colour; one way to say a remedy; forms that point."""

from __future__ import annotations

import datetime
import hashlib
import re
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.templatetags.console import LOOKS, duration

ROOT = Path(__file__).parents[2]
SPRITE = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
CSS = (ROOT / "static" / "css" / "almconnect.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("state", LOOKS)
def test_a_state_is_never_colour_alone(state: str) -> None:
    words = render_to_string("_state.html", {"state": state})
    found = re.search(
        r'class="state (state-\w+)".*#([\w-]+)"/></svg><span>(.+)</span></span>', words
    )
    assert found, words
    tone, icon, word = found.groups()
    assert f".{tone} {{" in CSS
    assert f'<symbol id="{icon}"' in SPRITE
    assert word == str(LOOKS[state].word)


def test_an_unknown_state_shows_its_own_word() -> None:
    assert "<span>Half open</span>" in render_to_string("_state.html", {"state": "half_open"})


def test_a_state_may_be_said_in_another_word() -> None:
    given = {"state": "held", "word": "<Three>"}
    assert "<span>&lt;Three&gt;</span>" in render_to_string("_state.html", given)
    assert "<span>Held</span>" in render_to_string("_state.html", {"state": "held"})


def test_a_moment_is_relative_and_exact_in_the_persons_time_zone() -> None:
    moment = timezone.now() - datetime.timedelta(hours=3)
    exact = datetime.datetime(2026, 3, 4, 23, 5, 6, tzinfo=datetime.UTC)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        words = render_to_string("_when.html", {"moment": exact})
        assert "3\xa0hours ago</time>" in render_to_string("_when.html", {"moment": moment})
    assert 'datetime="2026-03-04T23:05:06Z" title="5 March 2026, 00:05:06 CET"' in words


@pytest.mark.parametrize(
    ("given", "word"), [({}, "never"), ({"never": "not <yet>"}, "not &lt;yet&gt;")]
)
def test_no_moment_has_a_word(given: dict[str, str], word: str) -> None:
    words = render_to_string("_when.html", {"moment": None, **given})
    assert words.strip() == f'<span class="text-body-secondary">{word}</span>'


def test_a_diagnosis_says_cause_remedy_and_what_was_seen() -> None:
    diagnosis = SimpleNamespace(
        what="Jira <refused>.",
        remedy="Ask an admin.",
        seen=(("Host", "jira.example.com"),),
        anchor="refused",
        code="signature_invalid",
    )
    words = render_to_string("_diagnosis.html", {"diagnosis": diagnosis})
    assert "Jira &lt;refused&gt;." in words
    assert "<refused>" not in words
    assert 'data-copy-text="Jira &lt;refused&gt;.\nAsk an admin."' in words
    assert "<dt>Host</dt><dd>jira.example.com</dd>" in words
    assert "/help/troubleshooting/#refused" in words


def test_a_copy_field_is_an_area_only_where_lines_are_asked_for() -> None:
    given = {"id": "key", "label": "Public Key", "value": "<a&b>"}
    assert '<input class="form-control font-monospace" id="key" value="&lt;a&amp;b&gt;"' in render(
        given
    )
    assert '<textarea class="form-control font-monospace" id="key" rows="4"' in render(
        given | {"rows": 4}
    )
    assert "<textarea" not in render(given | {"rows": ["a page's own list"]})
    assert 'data-copy="key" data-copied="Copied" aria-label="Copy Public Key"' in render(given)


def render(context: dict[str, object]) -> str:
    return render_to_string("_copy.html", context)


class Sample(forms.Form):
    name = forms.CharField(help_text="As in Jira.")
    tick = forms.BooleanField(label="Verify", required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False, initial="kept")


def test_a_form_ties_help_and_errors_to_the_field() -> None:
    words = render_to_string("_form.html", {"form": Sample({"name": "", "way": "b"})})
    assert 'aria-describedby="id_name_help id_name_error"' in words
    assert 'id="id_name_help">As in Jira.' in words
    assert 'id="id_name_error"' in words
    assert 'href="#id_name"' in words
    assert 'class="form-control is-invalid"' in words
    assert words.count(" checked") == 1
    assert "<legend" in words
    assert 'type="hidden" name="hidden"' in words


def test_progress_says_how_much_and_how_long() -> None:
    words = render_to_string(
        "_progress.html", {"done": 1234, "total": 5000, "rate": 41.3, "eta": 92}
    )
    assert 'value="1234" max="5000"' in words
    assert "1,234 of 5,000 · 41 a second · 1 min 32 s left" in words
    assert " value=" not in render_to_string("_progress.html", {"done": 3, "total": None})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0 s"),
        (59.6, "1 min"),
        (725, "12 min"),
        (3600, "1 h"),
        (9000, "2 h 30 min"),
        (200_000, "2 days"),
    ],
)
def test_durations_read_like_speech(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_vendored_files_are_what_was_published() -> None:
    folder = ROOT / "static" / "vendor" / "bootstrap"
    listed = dict(
        reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert set(listed) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for file, digest in listed.items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
