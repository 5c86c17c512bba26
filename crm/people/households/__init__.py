"""侨户: opened, joined, left, split and merged; what was before stays on record."""
