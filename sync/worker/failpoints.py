"""Named places at which a test may kill this process, to prove that a crash there loses nothing.

A point does nothing unless ALMCONNECT_CRASH_AT names it. Place one on either side of every commit and
every call that changes Jira, named `<work>.<what has just happened>`; also within a transaction whose
halves must not be told apart. The last commit of a verb that a person calls needs none behind it, where
nothing follows but a hint to a worker. The soak dies at each (tests/soak), so each must be brought about
there: by random work, or by tests/soak/provoking.py. Those of a move to another Jira begin with `move.`,
and tests/sync/site_move dies at each.
"""

from __future__ import annotations

import os as os  # where tests keep `point` from killing them

from almconnect.lib.failpoints import point as point
