"""The web process's entry point for a WSGI server."""

import multiprocessing
import os
import signal

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (readable once Django is set up)
from django.urls import reverse  # noqa: E402

from almconnect.health import insist_on_the_key, tell_of_signing  # noqa: E402
from almconnect.launcher import parent_death  # noqa: E402
from almconnect.lib.gc_freeze import freeze_for_good  # noqa: E402

server = multiprocessing.parent_process()
if server is not None and server.pid is not None:
    # The server killed at once must not leave us behind, holding its port and serving old code.
    parent_death.ask_the_kernel(server.pid, signal.SIGKILL)
insist_on_the_key()
tell_of_signing()
reverse(
    "home"
)  # loads every page, which the first person would wait for, and which then is left out
freeze_for_good()
if settings.WORKER_IN_WEB:
    from almconnect.inner_worker import start

    start()
