"""Kernels: loops that have to be compiled."""
