"""Two records of one person made one, and taken apart again within thirty days."""
