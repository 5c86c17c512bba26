"""Pages of families: relatives, the way to a 归侨, households and the picture of one."""
