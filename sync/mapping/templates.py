"""Templates: a mapping saved by names, kept as a file, and put into the draft of another mapping."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import (
    CommentDirection,
    ConflictPolicy,
    DeletionPolicy,
    Direction,
    MappedProject,
)
from jira_client.client import JiraClient
from planning.models import CUSTOM, CustomField
from sync.core import template
from sync.core.field_directions import WAYS
from sync.core.propose import Metadata, propose
from sync.core.template import Fitted, Misfit
from sync.mapping import drafts
from sync.mapping.drafts import Compared
from sync.models import MappingTemplate
from sync.pairs import hierarchy, mapping_versions, metadata
from sync.pairs.create_screens import CreateScreens

LONGEST: Final = 200_000  # characters of a file
_ONE_OF: Final = {
    "direction": Direction.values,
    "conflict_policy": ConflictPolicy.values,
    "deletion_policy": DeletionPolicy.values,
    "comments": CommentDirection.values,
}
_RULE: Final = ("from", "word", "to", "link_type")
_KNOWN: Final = (
    "name", *template.OPTIONS, *template.MAPS, template.LEVELS, "field_directions",
    "link_rules", *template.DEFAULTS,
)  # fmt: skip
_BY_FIELD: Final = ("fields", "field_directions")


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them stand for millions of words."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(_("Aliases (*name) are not taken here."))
        return super().compose_node(parent, index)


def save(project: MappedProject, name: str, *, actor: User) -> MappingTemplate:
    """The mapping as a template of this name, over an earlier one. Raises JiraError, NotReady, Refused."""
    jira = jira_for(project.connection)
    data = metadata.read_metadata(jira, metadata.find_project(jira, project.remote_id))
    levels = project.facts.get("levels", {})
    content = template.by_names(mapping_versions.content_of(project), data, levels)
    return store(name, _with_words(content, {row.word: _named(row) for row in _own()}), actor=actor)


def store(name: str, content: Mapping[str, Any], *, actor: User) -> MappingTemplate:
    """Keep this content under the name. Raises Refused (422) without a name."""
    called = " ".join(name.split())[:100]
    if not called:
        raise Refused(_("A template needs a name."), fields={"name": [_("Say its name.")]})
    try:
        with transaction.atomic():
            row, made = MappingTemplate.objects.update_or_create(
                name=called, defaults={"content": dict(content), "author_name": str(actor)[:255]}
            )
            audit.record(
                "template.created" if made else "template.updated", actor=actor, target=row
            )
    except IntegrityError as problem:  # two at once
        raise Refused(_("Somebody saves this template just now."), status=409) from problem
    return row


def remove(row: MappingTemplate, *, actor: User) -> None:
    """What was mapped by it stays as it is."""
    with transaction.atomic():
        audit.record("template.deleted", actor=actor, target=row)
        row.delete()


def as_file(row: MappingTemplate) -> str:
    """YAML, in the order of the template, to be kept in a repository."""
    ordered = {name: row.content[name] for name in _KNOWN if name in row.content}
    written: str = yaml.safe_dump(
        {"name": row.name, **ordered}, sort_keys=False, allow_unicode=True, width=100
    )
    return written


def download(row: MappingTemplate) -> HttpResponse:
    """Its file, with its name, for a page or a caller of the API."""
    found = HttpResponse(as_file(row), content_type="application/yaml; charset=utf-8")
    found["Content-Disposition"] = f'attachment; filename="{_file_name(row)}"'
    return found


def _file_name(row: MappingTemplate) -> str:
    """Letters, digits and hyphens, and `.yaml`."""
    return (re.sub(r"[^a-z0-9]+", "-", row.name.lower()).strip("-") or "template") + ".yaml"


def read(text: str) -> tuple[str, dict[str, Any]]:
    """The name and the content that a file says. Raises Refused (422) with all that is wrong with it."""
    if len(text) > LONGEST:
        raise _refused([_("The file is too long for a template.")])
    try:
        found = yaml.load(text, _Plain)  # noqa: S506  (a SafeLoader, without aliases)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        where = getattr(problem, "problem_mark", None)
        line = _(" in line %(line)d") % {"line": where.line + 1} if where else ""
        raise _refused([_("This is no YAML%(where)s.") % {"where": line}]) from problem
    if not isinstance(found, dict):
        raise _refused(
            [_("A template is a mapping of words: name, types, fields, statuses, links.")]
        )
    wrong = list(_wrong(found))
    if wrong:
        raise _refused(wrong)
    content = {name: found[name] for name in _KNOWN if name in found and name != "name"}
    return str(found.get("name") or ""), content


def fitted(
    content: Mapping[str, Any],
    project: MappedProject,
    chosen: Mapping[str, Mapping[str, str]] | None = None,
) -> Fitted:
    """The template in a mapped project. Raises JiraError, NotReady, Refused."""
    jira = jira_for(project.connection)
    data = metadata.read_metadata(jira, metadata.find_project(jira, project.remote_id))
    return fit(content, data, chosen, levels_where_asked(jira, project.key, data, content))


def fit(
    content: Mapping[str, Any],
    data: Metadata,
    chosen: Mapping[str, Mapping[str, str]] | None = None,
    levels: Mapping[str, int] | None = None,
) -> Fitted:
    """The template in the project of this metadata, with `levels` as of `levels_where_asked`; its fields of
    the customer's choice are those of the board that are called so, and one that the board does not have is
    missing.
    """
    own = {_named(row): row.word for row in _own()}
    lacking = [word for word in content.get("fields") or {} if _is_own(word) and word not in own]
    found = template.fit(_with_words(content, own), data, propose(data), chosen, levels)
    missing = [
        Misfit("fields", word.removeprefix(CUSTOM), content["fields"][word], template.MISSING)
        for word in lacking
    ]
    return Fitted(found.values, [*found.misfits, *missing])


def levels_where_asked(
    jira: JiraClient, key: str, data: Metadata, content: Mapping[str, Any]
) -> dict[str, int]:
    """Issue type id → level, where a type of the template is called otherwise in the project `key`; else
    nothing is asked, since Data Center tells a level by a screen a type. Raises JiraError.
    """
    there = {one.name.casefold() for one in data.types}
    wanted = content.get("types") or {}
    if all(name.casefold() in there for name in wanted.values()):
        return {}
    return hierarchy.levels_of(jira, CreateScreens(jira, key), data.types)


def _own() -> list[CustomField]:
    return list(CustomField.objects.all())


def _named(row: CustomField) -> str:
    """A field of the customer's choice as a template calls it: ids are of one console alone."""
    return f"{CUSTOM}{row.name}"


def _is_own(word: str) -> bool:
    return word.startswith(CUSTOM)


def _with_words(content: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The content with these words for the customer's fields; without those that have none."""
    return {
        **content,
        **{
            part: {
                words.get(word, word): value
                for word, value in (content.get(part) or {}).items()
                if not _is_own(word) or word in words
            }
            for part in _BY_FIELD
        },
    }


def into_draft(
    row: MappingTemplate,
    project: MappedProject,
    *,
    actor: User,
    chosen: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Compared, Fitted]:
    """Put the template into the project's draft: whole maps, so that what it does not name goes. Nothing of
    the mapping changes. Raises JiraError, NotReady, Refused.
    """
    found = fitted(row.content, project, chosen)
    wanted = {**mapping_versions.content_of(project), **found.values}
    values = mapping_versions.values_for(project, wanted)
    return drafts.add(project, values, actor=actor), found


def _wrong(found: Mapping[str, Any]) -> list[str]:
    wrong = [
        _("There is no part “%(name)s” in a template.") % {"name": name}
        for name in found
        if name not in _KNOWN
    ]
    if not _is_json(found):
        wrong.append(_("A template holds texts, numbers, yes and no: put a date in quotes."))
    for name, allowed in _ONE_OF.items():
        if name in found and found[name] not in allowed:
            words = _("“%(name)s” is one of: %(allowed)s.")
            wrong.append(words % {"name": name, "allowed": ", ".join(allowed)})
    if not isinstance(found.get("jql", ""), str):
        wrong.append(_("“jql” is a text."))
    for part in template.MAPS:
        entries = found.get(part) or {}
        if not isinstance(entries, dict) or not all(
            isinstance(word, str) and isinstance(name, str) for word, name in entries.items()
        ):
            words = _("“%(part)s” is a list of board word: name in Jira, both texts.")
            wrong.append(words % {"part": part})
    levels = found.get(template.LEVELS) or {}
    if not isinstance(levels, dict) or not all(type(one) is int for one in levels.values()):
        words = _("“levels” is a list of board type: level in Jira, a whole number.")
        wrong.append(words)
    ways = found.get("field_directions") or {}
    if not isinstance(ways, dict) or any(way not in WAYS for way in ways.values()):
        words = _("“field_directions” is a list of board field: one of %(allowed)s.")
        wrong.append(words % {"allowed": ", ".join(WAYS)})
    rules = found.get("link_rules") or []
    if not isinstance(rules, list) or not all(
        isinstance(rule, dict)
        and set(rule) == set(_RULE)
        and all(isinstance(one, str) for one in rule.values())
        for rule in rules
    ):
        wrong.append(_("“link_rules” is a list of from, word, to and link_type, all texts."))
    for part in template.DEFAULTS:
        entries = found.get(part) or {}
        if not isinstance(entries, dict) or not all(
            isinstance(values, dict) for values in entries.values()
        ):
            words = _("“%(part)s” is a list of board word: field in Jira: value.")
            wrong.append(words % {"part": part})
    return wrong


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_is_json(one) for one in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)


def _refused(wrong: list[str]) -> Refused:
    return Refused(wrong[0], code="template_invalid", fields={"content": wrong})
