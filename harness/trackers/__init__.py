"""Runs sent to trackers, once they have ended."""
