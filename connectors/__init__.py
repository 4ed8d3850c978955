"""One file a platform: what it is asked, and how its answers become posts."""
