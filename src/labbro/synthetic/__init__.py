"""An invented country: people, laboratories and letters for demonstration, tests and load. Nobody in it exists."""
