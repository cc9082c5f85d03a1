"""The checkers of "Test connection": each looks at one thing and answers a finding.

A checker raises what the call raised; `checkup` turns that into a row. It must not write.
"""

from connections.probes.of_instance import CLOCK_WARN
from connections.probes.probe import Finding, Probe, State

__all__ = ["CLOCK_WARN", "Finding", "Probe", "State"]
