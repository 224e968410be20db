"""What keeps: resources, tokens, time. Knows nothing of requests."""
