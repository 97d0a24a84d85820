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
