"""Compiled searches over a surface."""
