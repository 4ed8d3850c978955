"""What the product costs, each beside a named peer or limit within one run."""
