"""The version of a case that a page showed, and what somebody else saved since."""

from __future__ import annotations

from kash.platform.web.forms import HiddenField
from kash.platform.web.row_versions import LockedForm, number_shown


class VersionedForm(LockedForm):
    """A form that says which version of the case its page showed."""

    version = HiddenField()

    def version_shown(self) -> int:
        """That version; 0, which nothing has, if unreadable."""
        return number_shown(self.version.data)

    def version_to_send(self, newest: int) -> int:
        """The version that the page sends next: the one of its first showing, until it is told that
        somebody saved the case since."""
        return newest if self.changed_meanwhile else self.version_shown() or newest
