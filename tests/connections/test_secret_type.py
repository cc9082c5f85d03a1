"""`Secret` goes nowhere by itself: no text, no JSON, no pickle, no key of a dict."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import structlog
from celery.utils.serialization import get_pickleable_exception
from kombu.exceptions import EncodeError
from kombu.serialization import dumps

from almconnect.lib.secret import Secret

CANARY = "canary-5ec2e7"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda one: f"{one}",
        lambda one: f"{one!r:>40}",
        lambda one: "%s %r" % (one, one),  # noqa: UP031 - the very thing to be tried
        lambda one: "{0} {0!s:.50}".format(one),  # noqa: UP032 - the very thing to be tried
        lambda one: repr([{"a": (one,)}]),
    ],
)
def test_no_text(show: Callable[[Secret], str]) -> None:
    assert CANARY not in show(Secret(CANARY))
    assert "***" in show(Secret(CANARY))


@pytest.mark.parametrize(
    "send",
    [
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        orjson.dumps,
        lambda one: dumps({"args": [one]}, serializer="json"),
        lambda one: dumps({"args": [one]}, serializer="pickle"),
    ],
)
def test_no_way_out(send: Callable[[Secret], object]) -> None:
    with pytest.raises((TypeError, EncodeError)) as caught:
        send(Secret(CANARY))
    assert CANARY not in str(caught.value)


def test_no_key_of_a_dict_and_no_attribute() -> None:
    with pytest.raises(TypeError):
        {Secret(CANARY): 1}
    assert not hasattr(Secret(CANARY), "__dict__")


def test_a_log_line_shows_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("x").error("held: %s", Secret(CANARY))
    structlog.get_logger("x").error("held", secret=Secret(CANARY))
    assert "held" in caplog.text
    assert CANARY not in caplog.text


def test_an_error_that_holds_one_travels_without() -> None:
    class Carrying(Exception):
        def __init__(self, secret: Any) -> None:
            super().__init__("failed")
            self.secret = secret

    sent = get_pickleable_exception(Carrying(Secret(CANARY)))
    assert CANARY.encode() not in pickle.dumps(sent)
