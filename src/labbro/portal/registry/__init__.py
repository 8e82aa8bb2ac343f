"""Pages of the registry of comparable methods, for professionals."""
