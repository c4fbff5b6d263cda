"""A clinic: users in the path, API keys, files, jobs, sessions, a rate limit."""
