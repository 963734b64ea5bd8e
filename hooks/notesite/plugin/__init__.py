"""The rim towards MkDocs: the one room that imports it, or logs."""
