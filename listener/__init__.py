"""listenerd: hears what people say about a brand, judges it, and tells the right person in time."""

__version__ = "0.1.0"
