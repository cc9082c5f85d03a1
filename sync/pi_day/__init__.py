"""The day of PI planning: is every team ready, and are its sprints what the PI says?

In come a PI and what the rows and Jira say of its teams; out goes a grid, teams by what it takes. Must not
map anything: a mend is a step of `mapping` or of Jira.
"""
