"""What was loaded once and stays, and the garbage collector, whose full rounds look at all of it.

Django and its libraries are some 150,000 objects, of which none becomes garbage. A full round over them
takes a tenth of a second, in which no thread of the process does anything: a tenth of an import's
time, and each twentieth page is late by it. What is made later is collected as ever.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_for_good = False


def freeze_for_good() -> None:
    """For a process that has loaded what it serves with: what is there now is not looked at any more."""
    global _for_good
    with _lock:
        _for_good = True
        gc.collect()  # else what is garbage by now would stay for ever
        gc.freeze()


@contextmanager
def frozen() -> Iterator[None]:
    """For long work: the same for what is there now, until the last thread has left such a block.

    Nothing happens where a process has left out for good what it loaded.
    """
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1 and not _for_good:
            gc.freeze()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and not _for_good:
                gc.collect()  # of what came since, which is little: else it waits among what was before
                gc.unfreeze()
