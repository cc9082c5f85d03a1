"""Registering again replaces our earlier webhook, also one with an earlier address of this console."""

from __future__ import annotations

from sync.webhook import webhooks
from tests.sync.world import World


def test_a_changed_base_url_leaves_no_orphan(world: World, settings):
    world.handle.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    settings.BASE_URL = "https://old.example.com"
    webhooks.register(world.connection)
    world.connection.refresh_from_db()
    settings.BASE_URL = "https://new.example.com"
    webhooks.register(world.connection)
    (hook,) = world.handle.site.parts["webhooks"].known.values()
    assert hook.url.startswith("https://new.example.com/hooks/jira/")
