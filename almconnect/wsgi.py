"""The web process's entry point for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (readable once Django is set up)

from almconnect.health import insist_on_the_key  # noqa: E402

insist_on_the_key()
if settings.WORKER_IN_WEB:
    from almconnect.inner_worker import start

    start()
