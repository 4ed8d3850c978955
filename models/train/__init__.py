"""Training of the weights that ship: ``python -m models.train``."""
