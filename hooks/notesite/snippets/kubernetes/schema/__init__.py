"""Kubernetes definitions as data, and the walk that holds YAML against them."""
