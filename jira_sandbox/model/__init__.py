"""What the sandbox's Jira knows: people, projects, issues, boards; and the verbs that change it.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
Boards and sprints: https://docs.atlassian.com/jira-software/REST/server/
"""
