"""Settings and credential of a connection changed together: one decision.

Proven first at the new settings, then one transaction: where Jira refuses, nothing at all changes.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from connections.credentials import credentials
from connections.credentials.credentials import Outcome
from connections.credentials.proof import Credential, prove
from connections.health import site_identity
from connections.models import Connection
from connections.setup import settings_editing


def change(
    connection: Connection,
    values: dict[str, Any],
    credential: Credential,
    *,
    actor: User | None,
    retry: bool = False,
) -> Outcome:
    """Raises Refused (a field), JiraError, NotReady, SealBroken; then nothing was changed.

    `values` are settings as for `settings_editing.edit`; method and user name come with the credential.
    """
    found = settings_editing.cleaned(values)
    for name in ("auth_method", "username"):
        found.pop(name, None)
    settings_editing.must_be_free(connection, found)
    proof = prove(settings_editing.preview(connection, found), credential, retry=retry)
    site_identity.must_be_the_same(connection, proof.identity)
    with transaction.atomic():
        settings_editing.edit(connection, actor=actor, values=found, credential_follows=True)
        return credentials.settle(connection, proof, actor=actor)
