"""From scraped text to clean articles."""
