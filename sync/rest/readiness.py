"""Is every team of a PI ready to be planned?"""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from accounts.bearer_tokens import reader
from almconnect.lib.api import Answer, answer, words
from planning.models import Pi
from sync.pi_day import readiness
from sync.pi_day.readiness import CHECKS, Check, Ready

router = Router(tags=["sync"])
State = Annotated[str, words("pass", "warning", "fail", "not_checked")]


class ReadyCheckOut(Answer):
    name: Annotated[str, words(*CHECKS)]
    state: State
    words: str
    mend: str = Field(description="The page that mends it; empty where nothing need be.")

    @classmethod
    def of(cls, check: Check) -> Self:
        return cls(name=check.name, state=check.state, words=check.words, mend=check.mend)


class ReadyTeamOut(Answer):
    team: str
    team_name: str
    project: str | None
    project_key: str
    state: State = Field(description="The worst of its checks.")
    checks: list[ReadyCheckOut]

    @classmethod
    def of(cls, row: Ready) -> Self:
        project = row.place.project if row.place else None
        return cls(
            team=str(row.team.pk),
            team_name=row.team.name,
            project=str(project.pk) if project else None,
            project_key=project.key if project else "",
            state=row.state,
            checks=[ReadyCheckOut.of(check) for check in row.checks],
        )


class ReadinessOut(Answer):
    pi: str
    teams: list[ReadyTeamOut]


@router.get(
    "/pis/{uuid:pi_id}/readiness",
    auth=reader,
    response=ReadinessOut,
    operation_id="sync_api_read_readiness",
)
def read_readiness(request: HttpRequest, pi_id: uuid.UUID) -> HttpResponse:
    """Each team of the PI in each of its projects, check by check, from rows alone."""
    pi = get_object_or_404(Pi, pk=pi_id)
    found = [ReadyTeamOut.of(row) for row in readiness.readiness(pi)]
    return answer(ReadinessOut(pi=str(pi.pk), teams=found))
