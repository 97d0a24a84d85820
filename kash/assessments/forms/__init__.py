"""Forms of questions and tests."""
