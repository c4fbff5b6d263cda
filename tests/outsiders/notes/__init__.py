"""A notebook: UUIDs, soft deletion, cursors, entity tags, a session cookie, OpenAPI 3.1 in JSON."""
