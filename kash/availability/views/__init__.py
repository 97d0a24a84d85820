"""Pages of absences and of venues."""

from kash.availability.views import absences, travel, venues

__all__ = ["absences", "travel", "venues"]
