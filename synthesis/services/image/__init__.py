"""Glance: images, with whom they are shared, and what is known of them."""
