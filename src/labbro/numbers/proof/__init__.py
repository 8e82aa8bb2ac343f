"""The proof: seeded histories of a country under faults, judged by labbro.numbers.checker. See README.md."""
