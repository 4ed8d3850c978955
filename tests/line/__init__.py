"""The whole line, in one process and in several."""
