"""The JSON shapes of everything but issues: people, types, statuses, boards, sprints.

It must not change anything. Shapes follow the vendor's OpenAPI document and recorded answers.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Boards and sprints: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import Any

from ..model.boards import Board, Sprint
from ..model.clock import agile
from ..model.fields import Field
from ..model.people import User
from ..model.projects import (
    CATEGORIES,
    Component,
    IssueType,
    LinkType,
    Named,
    Project,
    Status,
    Version,
)
from ..model.site import Site

Json = dict[str, Any]


class Shapes:
    """Renders for one request; equal things are rendered once and shared."""

    def __init__(self, site: Site, api: str = "2") -> None:
        self.site = site
        self.api = api
        self.root = f"{site.base_url}/rest/api/{api}"
        self._made: dict[tuple[str, Any], Json] = {}

    def user(self, user: User | None) -> Json | None:
        if user is None:
            return None
        made = self._made.get(("user", user.name))
        if made is None:
            made = self._made["user", user.name] = self._user(user)
        return made

    def _user(self, user: User) -> Json:
        avatars = {
            size: f"{self.site.base_url}/secure/useravatar?size={size}&avatarId=10122"
            for size in ("16x16", "24x24", "32x32", "48x48")
        }
        shared = {
            "emailAddress": user.email,
            "avatarUrls": avatars,
            "displayName": user.display_name,
            "active": user.active,
            "timeZone": user.time_zone,
        }
        if self.site.cloud:
            who = {"accountId": user.account_id, "accountType": "atlassian"}
            return {"self": f"{self.root}/user?accountId={user.account_id}", **who, **shared}
        self_link = f"{self.root}/user?username={user.name}"
        return {"self": self_link, "name": user.name, "key": user.key, **shared}

    def issue_type(self, kind: IssueType) -> Json:
        made = self._made.get(("type", kind.id))
        if made is None:
            made = self._made["type", kind.id] = {
                "self": f"{self.root}/issuetype/{kind.id}",
                "id": kind.id,
                "description": kind.description,
                "iconUrl": f"{self.site.base_url}/images/icons/issuetypes/{kind.id}.svg",
                "name": kind.name,
                "subtask": kind.subtask,
                "avatarId": 10300 + int(kind.id) % 100,
            }
            if self.site.cloud:
                made["hierarchyLevel"] = kind.level
        return made

    def status(self, status: Status) -> Json:
        made = self._made.get(("status", status.id))
        if made is None:
            made = self._made["status", status.id] = {
                "self": f"{self.root}/status/{status.id}",
                "description": "",
                "iconUrl": f"{self.site.base_url}/images/icons/status_generic.gif",
                "name": status.name,
                "id": status.id,
                "statusCategory": self.category(status.category),
            }
        return made

    def category(self, key: str) -> Json:
        id, colour, name = CATEGORIES[key]
        self_link = f"{self.root}/statuscategory/{id}"
        return {"self": self_link, "id": id, "key": key, "colorName": colour, "name": name}

    def priority(self, one: Named | None) -> Json | None:
        if one is None:
            return None
        icon = f"{self.site.base_url}/images/icons/priorities/{one.name.lower()}.svg"
        return {"self": f"{self.root}/priority/{one.id}", "iconUrl": icon, "name": one.name,
                "id": one.id}  # fmt: skip

    def resolution(self, one: Named | None) -> Json | None:
        if one is None:
            return None
        return {"self": f"{self.root}/resolution/{one.id}", "id": one.id,
                "description": one.description, "name": one.name}  # fmt: skip

    def option(self, field: Field, id: str | None) -> Json | None:
        """A choice of a list."""
        if id is None:
            return None
        return {"self": f"{self.root}/customFieldOption/{id}", "value": dict(field.choices)[id],
                "id": id}  # fmt: skip

    def team(self, field: Field, id: str | None) -> Json | None:
        """developer.atlassian.com/platform/teams/components/team-field-in-jira-rest-api"""
        if id is None:
            return None
        name = dict(field.choices)[id]
        return {"id": id, "name": name, "avatarUrl": "", "isVisible": True, "title": name,
                "isShared": True}  # fmt: skip

    def link_type(self, one: LinkType) -> Json:
        return {"id": one.id, "name": one.name, "inward": one.inward, "outward": one.outward,
                "self": f"{self.root}/issueLinkType/{one.id}"}  # fmt: skip

    def project(self, project: Project) -> Json:
        made = self._made.get(("project", project.id))
        if made is None:
            avatar = f"{self.site.base_url}/secure/projectavatar?pid={project.id}"
            made = self._made["project", project.id] = {
                "self": f"{self.root}/project/{project.id}",
                "id": str(project.id),
                "key": project.key,
                "name": project.name,
                "projectTypeKey": "service_desk" if project.service else "software",
                "avatarUrls": {"48x48": avatar},
            }
            if self.site.cloud:
                style = "next-gen" if project.simplified else "classic"
                made |= {"simplified": project.simplified, "style": style}
        return made

    def version(self, one: Version) -> Json:
        made: Json = {"self": f"{self.root}/version/{one.id}", "id": one.id, "name": one.name,
                      "description": one.description, "archived": one.archived,
                      "released": one.released, "projectId": one.project_id}  # fmt: skip
        dates = {"startDate": one.start_date, "releaseDate": one.release_date}
        return made | {name: value for name, value in dates.items() if value}

    def component(self, one: Component) -> Json:
        project = self.site.projects[one.project_id]
        return {"self": f"{self.root}/component/{one.id}", "id": one.id, "name": one.name,
                "description": one.description, "project": project.key,
                "projectId": one.project_id, "assigneeType": "PROJECT_DEFAULT",
                "isAssigneeTypeValid": True}  # fmt: skip

    def board(self, board: Board) -> Json:
        self_link = f"{self.site.base_url}/rest/agile/1.0/board/{board.id}"
        made: Json = {"id": board.id, "self": self_link, "name": board.name, "type": board.kind}
        if self.site.cloud and board.project_ids[0] in self.site.projects:
            project = self.site.projects[board.project_ids[0]]
            made["location"] = {
                "projectId": project.id, "displayName": f"{project.name} ({project.key})",
                "projectName": project.name, "projectKey": project.key,
                "projectTypeKey": "software", "name": f"{project.name} ({project.key})",
            }  # fmt: skip
        return made

    def sprint(self, sprint: Sprint, linked: bool = True) -> Json:
        made: Json = {"id": sprint.id}
        if linked:
            made["self"] = f"{self.site.base_url}/rest/agile/1.0/sprint/{sprint.id}"
        made |= {"state": sprint.state, "name": sprint.name}
        dates = {"startDate": sprint.start, "endDate": sprint.end, "completeDate": sprint.complete,
                 "createdDate": sprint.created}  # fmt: skip
        made |= {name: agile(value) for name, value in dates.items() if value}
        return made | {"originBoardId": sprint.board_id, "goal": sprint.goal}

    def sprint_value(self, sprint: Sprint) -> Json | str:
        """A sprint inside an issue: an object on Cloud, a Java-like string on Data Center."""
        if self.site.cloud:
            made: Json = {"id": sprint.id, "name": sprint.name, "state": sprint.state,
                          "boardId": sprint.board_id, "goal": sprint.goal}  # fmt: skip
            dates = {"startDate": sprint.start, "endDate": sprint.end,
                     "completeDate": sprint.complete}  # fmt: skip
            return made | {name: agile(value) for name, value in dates.items() if value}
        return (
            f"com.atlassian.greenhopper.service.sprint.Sprint@{0x1F00 + sprint.id:x}["
            f"id={sprint.id},rapidViewId={sprint.board_id},state={sprint.state.upper()},"
            f"name={sprint.name},startDate={agile(sprint.start) or '<null>'},"
            f"endDate={agile(sprint.end) or '<null>'},"
            f"completeDate={agile(sprint.complete) or '<null>'},"
            f"activatedDate={agile(sprint.start) if sprint.state != 'future' else '<null>'},"
            f"sequence={sprint.id},goal={sprint.goal},autoStartStop=false,synced=false]"
        )
