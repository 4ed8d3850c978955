"""What people do today, to be measured beside the product."""
