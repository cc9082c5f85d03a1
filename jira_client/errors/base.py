"""What every error of the client tells: a sentence, the call, and whether trying again may help.

Source: none; there is no rule about Jira here.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from jira_client.sender import Sender
from outgoing.errors import CallFailed

LONGEST_WAIT: Final = 3600.0  # seconds that anybody is believed who asks to wait


def bounded(seconds: float) -> float:
    """A wait in seconds that was asked for, an hour at most: a longer one is not believed."""
    return min(max(0.0, seconds), LONGEST_WAIT)


class JiraError(CallFailed):
    """Base of all: a call to Jira failed, or Jira refused it. `str(error)` is a sentence for an admin.

    Beside what CallFailed tells: status: HTTP status, if one came. retry_after: seconds Jira asks to wait,
    an hour at most: more than that (days, a date in ten years) is somebody's mistake. field_errors: Jira's
    message per field. messages: Jira's general messages. partial: results of the calls before this one,
    where one verb makes several. sender: as whom the call was made, None where nobody told. from_jira: the
    answer shows that Jira itself gave it.
    """

    quotes_strangers: ClassVar[bool] = True  # its sentence may hold words of the answer
    code: ClassVar[str] = "jira_error"

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
        transient: bool | None = None,
        field_errors: Mapping[str, str] | None = None,
        messages: Sequence[str] = (),
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            message,
            method=method,
            path=path,
            outcome_unknown=outcome_unknown,
            transient=transient,
            seen=seen,
        )
        self.status = status
        self.retry_after = None if retry_after is None else bounded(retry_after)
        self.field_errors: dict[str, str] = dict(field_errors or {})
        self.messages: tuple[str, ...] = tuple(messages)
        self.partial: tuple[object, ...] = ()
        self.sender: Sender | None = None
        self.from_jira = False

    def located(self, method: str, path: str, sender: Sender | None = None) -> None:
        """Tells the error which call it belongs to, and as whom it was made."""
        super().located(method, path)
        self.sender = sender or self.sender
