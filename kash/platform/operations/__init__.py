"""Running the programme on a machine: starting its processes, backing it up, putting it back.

It stands above the whole house and nothing in the house knows it.
"""
