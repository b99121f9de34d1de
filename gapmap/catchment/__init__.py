"""Catchment: whom a facility can take in, and where it refers them."""
