#!/usr/bin/env python
"""Django's own entry point; `run.py manage …` calls it inside the project's environment."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
    from django.core.management import execute_from_command_line

    from almconnect.lib.env import EnvironmentInvalid

    try:
        execute_from_command_line(sys.argv)
    except EnvironmentInvalid as problem:
        sys.exit(str(problem))
