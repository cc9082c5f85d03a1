"""Solution train, ART, team, PI, iteration; a team's boards, and which sprint an iteration is for it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from connections.models import MappedProject
from planning.sprint_names import iteration_name


class SolutionTrain(models.Model):
    """Several ARTs that build one solution. Its capabilities lie in `project`, or in a further one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="trains"
    )
    further_projects = models.ManyToManyField(
        MappedProject, blank=True, related_name="further_trains"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Art(models.Model):
    """An Agile Release Train. Its features lie in `project`, where new ones go, or in a further one
    (planning.own_projects); stories lie in its teams' projects.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    train = models.ForeignKey(
        SolutionTrain, null=True, blank=True, on_delete=models.SET_NULL, related_name="arts"
    )
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="arts"
    )
    further_projects = models.ManyToManyField(
        MappedProject, blank=True, related_name="further_arts"
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    art = models.ForeignKey(
        Art, null=True, blank=True, on_delete=models.SET_NULL, related_name="teams"
    )
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="teams"
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamBoard(models.Model):
    """A team works in a mapped project, and its sprints there are this board's in Jira.

    `board_id` is null where the team has no sprints there (a Kanban team). A team without such a row for
    the project that it points at (`Team.project`) uses the board of the mapping. `name` and
    `location` (the key of the project that the board is in) are as Jira said them when it was chosen.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="boards")
    project = models.ForeignKey(MappedProject, on_delete=models.CASCADE, related_name="team_boards")
    board_id = models.IntegerField(null=True, blank=True)
    name = models.CharField(max_length=255, blank=True)
    location = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["team__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "project"], name="one_board_per_team_and_project"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team} in {self.project}: board {self.board_id}"


class Pi(models.Model):
    """A planning interval: the quarter that is planned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    art = models.ForeignKey(
        Art, null=True, blank=True, on_delete=models.SET_NULL, related_name="pis"
    )
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["start", "name"]

    def __str__(self) -> str:
        return self.name


class Iteration(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pi = models.ForeignKey(Pi, on_delete=models.CASCADE, related_name="iterations")
    index = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pi", "index"]
        constraints = [models.UniqueConstraint(fields=["pi", "index"], name="one_index_per_pi")]

    def __str__(self) -> str:
        return f"{self.pi.name} · {self.name}"


class SprintLink(models.Model):
    """The sprint that an iteration is for one team, by the sprint's id in the team's Scrum board.

    `project`: the mapped project on whose board it is; null: the one that the team points at.
    `sprint_…` is what Jira said of it when it was `observed` last: the name, the first and the last
    day, and the state (future, active, closed; gone where Jira no longer has it).
    """

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="sprint_links")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sprint_links")
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.CASCADE, related_name="sprint_links"
    )
    sprint_id = models.IntegerField()
    sprint_name = models.CharField(max_length=255, blank=True)
    sprint_start = models.DateField(null=True, blank=True)
    sprint_end = models.DateField(null=True, blank=True)
    sprint_state = models.CharField(max_length=10, blank=True)
    observed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["iteration", "team"],
                condition=models.Q(project=None),
                name="one_sprint_per_team_and_iteration",
            ),
            models.UniqueConstraint(
                fields=["team", "sprint_id"],
                condition=models.Q(project=None),
                name="one_iteration_per_team_and_sprint",
            ),
            models.UniqueConstraint(
                fields=["iteration", "team", "project"],
                name="one_sprint_per_project_of_a_team",
            ),
            models.UniqueConstraint(
                fields=["team", "project", "sprint_id"],
                name="one_iteration_per_sprint_of_a_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.iteration} of {self.team} = sprint {self.sprint_id}"

    @property
    def drift(self) -> dict[str, str]:
        """Where the sprint in Jira differs from the iteration: what Jira says, by name, start, end,
        state. Empty while Jira was not asked yet.
        """
        if self.observed is None:
            return {}
        if self.sprint_state == "gone":
            return {"state": "gone"}
        iteration, found = self.iteration, {}
        if iteration_name(self.sprint_name, self.team.name) != iteration.name:
            found["name"] = self.sprint_name
        for word, ours, theirs in (
            ("start", iteration.start, self.sprint_start),
            ("end", iteration.end, self.sprint_end),
        ):
            if ours and theirs and ours != theirs:
                found[word] = theirs.isoformat()
        return found
