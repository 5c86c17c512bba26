"""The network of sites: regions, and the demonstration network."""
