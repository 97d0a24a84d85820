"""Forms of groups, organisations and persons."""
