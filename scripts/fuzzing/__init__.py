"""Two users against one API: what the one owns, the other never reaches, changes or learns of."""
