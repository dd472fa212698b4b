"""The one client for language models over HTTP: it bounds requests, retries, counts costs and never shows a key."""
