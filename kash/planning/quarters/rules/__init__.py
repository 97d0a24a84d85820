"""Rules of a quarter: workshops from needs, places for them, and what stands in the way of others.

No web, no database, no clock and no chance: the same programme always makes the same plan.
"""
