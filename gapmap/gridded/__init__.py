"""Gridded: coverage counted by people on a grid, beside that by places."""
