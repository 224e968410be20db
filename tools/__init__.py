"""What makes committed data and pages. Not in the wheel."""
