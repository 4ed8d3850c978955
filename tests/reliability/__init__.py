"""What is kept and what is said when everything goes wrong."""
