"""The server process: its database, its workers and its management port."""
