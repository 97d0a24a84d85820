"""Forms of courses, of a draft's outline, of its sessions, and of translations."""
