"""How people are told: one module a channel, one view of a message for all of them."""
