"""What a code block is, whatever its label says."""
