"""The demo day: a fictional brand's bad day, written by us, heard and told by the real daemon line."""
