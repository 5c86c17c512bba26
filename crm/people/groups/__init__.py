"""Groups by rule, and filters of the list under a name. Who belongs is asked anew each time."""
