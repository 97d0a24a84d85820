"""The solver of linear programmes, in a confined child: no process of the web loads it."""
