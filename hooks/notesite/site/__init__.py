"""Which pages there are, under which addresses, and where old addresses lead."""
