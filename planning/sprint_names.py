"""How sprints and iterations are called after each other. Text in, text out."""

from __future__ import annotations

import re

_GENERIC = frozenset({"team", "squad", "sprint", "iteration"})
_LONGEST_ITERATION = 100
_LONGEST_SPRINT = 30  # what Jira takes


def iteration_name(sprint: str, team: str) -> str:
    """“Falcon 26.4.2” of “Team Falcon” → “26.4.2”: iterations are shared by all teams of a PI."""
    own = {word.lower() for word in re.findall(r"\w+", team)} | _GENERIC
    words = sprint.split()
    while len(words) > 1 and words[0].strip(":-–·|").lower() in own | {""}:
        words.pop(0)
    rest = " ".join(words)
    plain = f"Iteration {rest}" if rest.isdigit() else rest
    return plain[:_LONGEST_ITERATION]


def sprint_name(iteration: str, team: str) -> str:
    """“26.4.2” for “Team Falcon” → “Falcon 26.4.2”, at most 30 characters: the team's part gives way."""
    short = re.sub(r"^(team|squad)\s+", "", team.strip(), flags=re.IGNORECASE)
    number = re.fullmatch(r"Iteration (\d+)", iteration)
    rest = f"Sprint {number[1]}" if number else iteration[:_LONGEST_SPRINT]
    room = _LONGEST_SPRINT - len(rest) - 1
    return f"{short[:room].rstrip()} {rest}" if room > 0 else rest
