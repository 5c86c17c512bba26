"""The people a site knows: who they are, how to reach them, how to find them."""
