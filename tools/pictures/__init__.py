"""Pictures of every page of the sample programme, and of every paper: `./kash.sh shots DIR`."""
