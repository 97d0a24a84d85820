"""Questions tied to what a course is to teach, tests of a workshop made from them, answers from
phones, paper and the trainer, and the gain between two tests."""
