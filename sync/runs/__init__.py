"""Long work over a whole project, in slices that survive a crash: import, full comparison, dry run.

In comes a Run row; out go parts that are read and taken in by `inbound`. It must not keep a place in
memory alone.
"""
