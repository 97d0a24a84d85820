"""`python -m kash.operations`: unlike `flask`, it makes no key before a backup brings one."""

from kash.operations.commands import operations
from kash.operations.telling import tell_known_faults_in_a_line

tell_known_faults_in_a_line()
operations(prog_name="kash")
