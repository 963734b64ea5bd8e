"""A checkout: its settings and configuration, what it accepts, when its lines changed."""
