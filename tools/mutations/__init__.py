"""Small faults planted in rules, services and queries one at a time: do the tests find them?"""
