"""The national sample number: the space of numbers, the service that gives them out, its client and its proof."""
