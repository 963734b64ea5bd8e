"""Checks of the code blocks in the notes."""
