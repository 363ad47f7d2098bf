"""The Scangate addon for mitmproxy: every message gets a verdict, and only a verdict lets it pass."""
