"""The doctor: every failure as cause and remedy, for the person who can do something about it.

`explain` never raises and never shows a secret: it takes only what the errors marked as showable.
The sentences are in modules by subject; this one chooses.
"""

from jira_client.diagnosis.codes import CODES
from jira_client.diagnosis.explain import explain
from jira_client.diagnosis.verdict import Diagnosis

__all__ = ["CODES", "Diagnosis", "explain"]
