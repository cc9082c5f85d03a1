"""`python -m almconnect.first_link`: the one-time setup address, or an empty line where people exist.

For the launcher and compose, which must not fail on the second start. Decides nothing about links.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
    django.setup()
    from accounts.models import User

    if User.objects.exists():
        sys.stdout.write("\n")
    else:
        call_command("setup_link")


if __name__ == "__main__":
    main()
