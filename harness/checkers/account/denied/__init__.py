"""What a claim denies, and what the articles deny of it."""
