"""Heat: templates, and the stacks that are made of them."""
