"""Diagnosis: cause and remedy of every error, for the person who can do something about it.

`explain` never raises and never shows a secret: it takes only what the errors marked as showable. The
sentences are in modules by subject; `explain` chooses. Where a rule about Jira is recognised, in
`jira_client.refusal` and `jira_client.refusal_words`, its source is named. The menus that the
remedies name were seen in Jira's own pages.

Source of the causes of OAuth problems: https://confluence.atlassian.com/kb/oauth-troubleshooting-guide-719095274.html
"""

from jira_client.diagnosis.codes import CODES
from jira_client.diagnosis.explain import explain
from jira_client.diagnosis.verdict import Diagnosis

__all__ = ["CODES", "Diagnosis", "explain"]
