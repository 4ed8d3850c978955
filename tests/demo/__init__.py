"""The demo day."""
