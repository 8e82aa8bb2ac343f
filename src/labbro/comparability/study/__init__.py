"""Method comparison studies: paired results in, the relation of two procedures and a verdict out. Pure."""
