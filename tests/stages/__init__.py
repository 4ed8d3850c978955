"""The stages, one at a time and one after the other, on real SQLite files."""
