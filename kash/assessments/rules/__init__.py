"""Rules of questions, scores and gains."""
