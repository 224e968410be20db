"""The parser of the *OpenStack API Complete Reference*, which makes the operation catalog."""
