"""A web shop: sequential numbers, camelCase, offset paging, OpenAPI 3.0."""
