"""What is measured on each case."""
