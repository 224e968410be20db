"""Nova: servers and what they are made of."""
