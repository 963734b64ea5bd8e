"""Findings as values: places, codes, reports, and one reporter a format."""
