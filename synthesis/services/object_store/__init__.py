"""Object storage, API v1, as today's Swift answers it; the way in is `store`."""
