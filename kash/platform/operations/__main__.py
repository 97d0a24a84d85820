"""`python -m kash.platform.operations`: makes no key before a backup brings one."""

from kash.platform.operations.commands import operations
from kash.platform.operations.migrations import tell_known_faults_in_a_line

tell_known_faults_in_a_line()
operations(prog_name="kash")
