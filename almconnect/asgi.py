"""The web process's entry point: Django behind the front that reads bodies."""

from django.conf import settings

from almconnect.front import Front
from almconnect.wsgi import application as django
from sync.webhook import hooks, inbox

application = Front(
    django, webhook_path=hooks.WEBHOOK_PATH, knows=inbox.is_known, threads=int(settings.WEB_THREADS)
)
