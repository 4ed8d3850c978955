"""The stages of the line: each takes its work from the store and puts the result back in one transaction."""
