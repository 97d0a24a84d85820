"""A sample programme for trying things out: invented people, workshops, certificates and meetings.

It goes only into an empty programme, through the same services as real work.
`tools/pictures` pictures every page of it.
"""
