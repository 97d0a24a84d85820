"""Paper of certificates: from a version of a design to what the press prints."""
