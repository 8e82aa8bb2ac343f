"""One file for each letter type: its elements, its EDIFACT form and its versions, declared once."""
