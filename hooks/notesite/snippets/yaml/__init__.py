"""YAML in code blocks: documents, syntax faults and their cause, verdicts."""
