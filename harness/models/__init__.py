"""What writes headlines."""
