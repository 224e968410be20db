"""The services of the made-up cloud, a folder for each; no service imports another one's modules."""
