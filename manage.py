#!/usr/bin/env python
"""The console's commands in a checkout; `run.py manage …` calls it inside the project's environment."""

import sys

if __name__ == "__main__":
    from almconnect.command import run

    sys.exit(run(sys.argv[1:], called="manage.py"))
