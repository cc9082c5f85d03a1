"""What a person decides about a project: types, statuses, fields, teams, links, boards and sprints.

In come forms and bodies; out go MappedProject rows, judged by Jira's metadata before they are stored. It
must not move an edit in either direction.
"""
