"""The generator: from an OpenAPI contract to models, protocols and routes."""
