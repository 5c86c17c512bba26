"""The living style guide: every component with its states."""
