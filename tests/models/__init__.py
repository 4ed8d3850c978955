"""The classifier: reading, judging, measuring, training."""
