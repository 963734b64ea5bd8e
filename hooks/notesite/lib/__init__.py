"""What knows nothing of notes: lazy patterns, data beside the code, whole writes."""
