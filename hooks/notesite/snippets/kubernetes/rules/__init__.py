"""What the API server demands beyond the types of fields."""
