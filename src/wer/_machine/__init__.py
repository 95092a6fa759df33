"""What the command line and the doctor read of this Windows: a small module for each thing, and a fake for each."""
