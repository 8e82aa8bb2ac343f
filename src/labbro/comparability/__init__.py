"""Comparable methods: procedures, groups, evidence, and the decision which results share a row."""
