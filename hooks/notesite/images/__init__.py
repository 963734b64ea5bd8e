"""Pictures: what may be published, under which name, and what the page shows."""
