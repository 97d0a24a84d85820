"""Papers of incidents. What holds something of a case is made in the request, and never kept."""
