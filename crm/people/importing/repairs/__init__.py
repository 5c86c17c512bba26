"""What rosters get wrong, and how each thing is put right: pure functions, one topic a module.

Every function takes the text of a cell and returns a `Found`: a value, and a note for everything
about it that differs from the cell. Nothing is guessed.
"""
