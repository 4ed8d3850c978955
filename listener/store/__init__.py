"""The store: the only SQL. One SQLite file, one writer at a time, any number of readers."""
