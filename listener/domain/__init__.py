"""The domain: what things are and what is decided. No I/O, no clock, no SQL, no randomness."""
