"""What fills a world before its client comes: a file, a recording, what every cloud has."""
