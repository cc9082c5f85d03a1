"""What the sandbox's Jira knows: people, projects, issues, boards; and the verbs that change it."""
