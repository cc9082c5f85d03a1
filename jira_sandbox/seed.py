"""The contents of a fresh sandbox: a plausible ART, or only the people.

Names are invented. `art`: one program project with features, four team projects with a Scrum
board, five sprints of a PI, a dozen stories each, parents, points and some dependencies. `portfolio`
is in a file of its own.
"""

import random
from datetime import timedelta
from typing import Any

from .model.boards import Board, Sprint
from .model.issue_creation import create
from .model.issues import Issue
from .model.links_and_moves import link
from .model.people import User
from .model.project_admin import add_board, add_project
from .model.projects import Component, Project, Version
from .model.site import Site

TEAMS = (("FALCON", "Falcon"), ("OTTER", "Otter"), ("LYNX", "Lynx"), ("HERON", "Heron"))
PROGRAM_TYPES = ("10000", "10006", "10005", "10007", "10003")
FEATURES = (
    "Checkout in one page", "Invoices by e-mail", "Offline timetable", "Single sign-on for staff",
    "Search that forgives typos", "Refunds without a phone call", "Seat map on small screens",
    "Audit trail for prices",
)  # fmt: skip
STORIES = (
    "Show the price before the login", "Keep the basket for a week", "Explain a refused card",
    "Send the invoice again", "Store the timetable on the device", "Warn before it is stale",
    "Log in with the company account", "Suggest the nearest station", "Cancel within an hour",
    "Zoom the seat map", "List every price change", "Export the changes as a file",
)  # fmt: skip
SPRINT_DAYS = 14


def seeded(
    flavour: str = "cloud", *, version: int = 10, seed: str = "art", context: str = "",
    service_admin: bool = False, stories: int = 12,
) -> Site:  # fmt: skip
    """A new site. Raises ValueError for an unknown flavour or seed."""
    from .portfolio import portfolio

    site = Site(flavour, version, context)
    people(site, service_admin)
    contents = {"art": art, "portfolio": portfolio}
    if seed in contents:
        contents[seed](site, stories)
    elif seed != "empty":
        raise ValueError(f"The seed is one of {', '.join(contents)}, empty, not {seed!r}.")
    return site


def people(site: Site, service_admin: bool) -> None:
    rows = (
        ("admin", "Ada Admin", "UTC"),
        ("svc-alm", "ALM Service", "Europe/Berlin"),
        ("rita", "Rita Train", "Europe/Berlin"),
        ("tom", "Tom Falconer", "America/New_York"),
    )
    for name, shown, time_zone in rows:
        user = User(name, shown, f"{name}@example.com", f"{name}-password", f"{name}-api-token",
                    time_zone)  # fmt: skip
        site.add_user(user)
    site.users["admin"].global_permissions.add("ADMINISTER")
    if service_admin:
        site.users["svc-alm"].global_permissions.add("ADMINISTER")


def art(site: Site, stories: int) -> None:
    dice = random.Random(11)  # noqa: S311 - the same ART every time, no secret
    program = add_project(site, "ART", "Travel ART", PROGRAM_TYPES)
    add_board(site, program, "kanban")
    for name in ("PI 2026.4", "PI 2027.1"):
        version = Version(str(site.next_id("version")), name, program.id)
        program.versions[version.id] = version
    rita = site.users["rita"]
    features = [_feature(site, program, number, text) for number, text in enumerate(FEATURES)]
    everything: list[Issue] = []
    for key, name in TEAMS:
        project = add_project(site, key, f"Team {name}")
        component = Component(str(site.next_id("component")), "Web", project.id)
        project.components[component.id] = component
        sprints = sprints_of(site, add_board(site, project), name)
        for number in range(stories):
            story = _story(site, project, number, dice, features, sprints)
            everything.append(story)
    kinds = site.link_types
    for number in range(0, len(everything) - 14, 6):
        link(site, rita, kinds["10000"], everything[number], everything[number + 13])


def _feature(site: Site, project: Project, number: int, text: str) -> Issue:
    values: dict[str, Any] = {
        "summary": text, "description": (f"Benefit hypothesis of *{text}*.", None),
        "epic_name": text.split()[0], "wsjf": float(3 + number * 2 % 13), "labels": ("pi",),
    }  # fmt: skip
    return create(site, site.users["rita"], project, site.types["10000"], values)


def sprints_of(site: Site, board: Board, team: str) -> list[Sprint]:
    """Five sprints of a PI: the first closed, the second active, the others to come."""
    first = site.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=20)
    made: list[Sprint] = []
    for number in range(5):
        start = first + timedelta(days=SPRINT_DAYS * number)
        end = start + timedelta(days=SPRINT_DAYS)
        sprint = Sprint(site.next_id("sprint", 1), f"{team} 26.4.{number + 1}", board.id,
                        "future", start, end, created=first - timedelta(days=7))  # fmt: skip
        sprint.state = ("closed", "active", "future", "future", "future")[number]
        if number == 0:
            sprint.complete = end
        site.sprints[sprint.id] = sprint
        made.append(sprint)
    return made


def _story(
    site: Site, project: Project, number: int, dice: random.Random, features: list[Issue],
    sprints: list[Sprint],
) -> Issue:  # fmt: skip
    text = STORIES[number % len(STORIES)]
    kind = site.types["10005" if number % 6 == 5 else "10004" if number % 8 == 6 else "10001"]
    values: dict[str, Any] = {
        "summary": text,
        "description": (f"As a traveller I want this: {text.lower()}.", None),
        "points": float(dice.choice((1, 2, 3, 5, 8))),
        "parent": dice.choice(features),
        "sprints": (sprints[number % 5],) if number % 7 else (),
        "assignee": dice.choice([site.users["tom"], site.users["rita"], None]),
        "priority": site.priorities[dice.choice("12334")],
    }
    story = create(site, site.users["rita"], project, kind, values)
    if number % 5 == 0:
        story.status = site.statuses["10002"]
        story.values["resolution"], story.resolved = site.resolutions["10000"], site.now()
    elif number % 5 == 1:
        story.status = site.statuses[dice.choice(("3", "10001"))]
    return story
