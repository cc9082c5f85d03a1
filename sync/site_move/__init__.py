"""Moving a connection to another Jira (staging → production, Data Center → Cloud) with all it holds.

In comes a connection with mapped projects, and a second one, *the destination*: tested, with nothing
mapped, whose only purpose is to hold the address and the credentials of the new Jira. Out goes the same
connection, with its id, name, projects, history and people, leading to the new Jira, and every id that
it holds an id of that Jira; the destination then holds the old one's credentials for the way back.

`sides`            what is read of a project in either Jira
`plan`             the plan: rows of a table, one for each thing that is looked for
`mapping_plan`     the plan of one mapped project: types, fields, statuses, links, filter, defaults, board
`people_match`     who there is whom here
`gate`             what a move is refused for
`jira_exchange`    the first part of carrying out: the two connections exchange their Jiras
`execution`        the parts after it, the comparison, and the end
`id_replacement`   a pair and an item: from one Jira's ids to the other's
`return_plan`      the plan of the way back
`decisions`        what people do: plan, confirm, give up, go back, end it
`move_worker`      a worker's slice, and which moves are due
`table`            the plan as people read it

Which of theirs is which of ours, certain or not, `core.site_match` decides.

What it must not do: write anything to either Jira; take for certain what two witnesses do not say; leave
an id of the old Jira where the new one would take it for its own; let a delivery of the old Jira reach
the new one's issues. What is not certain is unlinked, and an unlinked item writes nothing.
"""
