"""`python -m kash.operations`: unlike `flask`, it makes no key before a backup brings one."""

from kash.operations.commands import operations

operations(prog_name="kash")
