"""The bot under load: many people, faults, and a power cut in the middle."""
