"""Labbro: an open system for laboratory medicine."""

__version__ = "0.1.0"
