"""Pages of absences and of venues."""

from kash.workshops.availability.views import absences, travel, venues

__all__ = ["absences", "travel", "venues"]
