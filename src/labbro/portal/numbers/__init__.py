"""Pages of the number service: for the operator, vendors and laboratories. No page here knows of patients."""
