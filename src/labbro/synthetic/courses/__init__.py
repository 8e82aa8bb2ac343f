"""Courses of illness: each says how quantities move over time and when samples are taken."""
