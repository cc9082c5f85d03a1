"""Moving a connection to another Jira (staging → production, Data Center → Cloud) with all it holds.

In comes a connection with mapped projects, and a second one, *the destination*: tested, with nothing
mapped, whose only purpose is to hold the address and the credentials of the new Jira. Out goes the same
connection, with its id, name, projects, history and people, leading to the new Jira, and every id that
it holds an id of that Jira; the destination then holds the old one's credentials for the way back.

`match`     which of theirs is which of ours, certain or not; knows no row and no call
`ours`, `theirs`   what is known on either side, read only
`planning`  the plan: rows of a table, one for each thing that is looked for
`mapping`   the plan of one mapped project: types, fields, statuses, links, filter, sprints
`gate`      what a move is refused for
`carrying`  the confirmed plan, carried out in parts that survive a crash
`anchoring` a pair, an item, a sprint: from one Jira's ids to the other's
`returning` the way back, and its end
`table`     the plan as people read it

What it must not do: write anything to either Jira; take for certain what two witnesses do not say; leave
an id of the old Jira where the new one would take it for its own; let a delivery of the old Jira reach
the new one's issues. What is not certain is unlinked, and an unlinked item writes nothing.
"""
