"""How matching works inside: tokens, hits of terms, distances, candidates. ``match.py`` is the way in."""
