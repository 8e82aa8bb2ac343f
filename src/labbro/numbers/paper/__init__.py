"""Numbers on paper and glass: labels, emergency forms, pre-printed tubes."""
