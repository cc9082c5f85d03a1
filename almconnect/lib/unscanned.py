"""Long work that makes and drops objects by the hundred thousand, and the garbage collector meanwhile.

Each of its full rounds looks at all that Django and its libraries have loaded, which never becomes garbage:
a tenth of an import's time. Inside `unscanned`, what was there before is left out of the rounds; what
is made inside is collected as ever.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0


@contextmanager
def unscanned() -> Iterator[None]:
    """Leave the objects that are there now unscanned until the last thread has left such a block."""
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            gc.freeze()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.unfreeze()
