"""Reading files that other people wrote, recognised and within bounds, for every room that needs it."""
