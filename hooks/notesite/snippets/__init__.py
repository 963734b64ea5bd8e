"""Snippets: what each code block of the notes really is, and whether its YAML is right."""
