"""Scanning what was recorded: file → messages → results → report."""
