"""What answers a call: the verbs, alike for all kinds of all services, and what they stand on."""
