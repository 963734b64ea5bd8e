"""Shell text to commands with places; nothing is run."""
