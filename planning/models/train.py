"""Solution train, ART, team, PI, iteration; and which sprint an iteration is for which team."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from connections.models import MappedProject


class SolutionTrain(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="trains"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Art(models.Model):
    """An Agile Release Train."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    train = models.ForeignKey(
        SolutionTrain, null=True, blank=True, on_delete=models.SET_NULL, related_name="arts"
    )
    project = models.ForeignKey(
        MappedProject, null=True, blank=True, on_delete=models.SET_NULL, related_name="arts"
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
    """The sprint that an iteration is for one team, by the sprint's id in the team's Scrum board."""

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="sprint_links")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sprint_links")
    sprint_id = models.IntegerField()
    sprint_name = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["iteration", "team"], name="one_sprint_per_team_and_iteration"
            ),
            models.UniqueConstraint(
                fields=["team", "sprint_id"], name="one_iteration_per_team_and_sprint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.iteration} of {self.team} = sprint {self.sprint_id}"
