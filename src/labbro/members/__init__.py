"""Who takes part in the national number service: vendors, laboratories, systems, people, and what they agreed to."""
