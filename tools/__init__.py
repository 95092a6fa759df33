"""What `dev.py` does, one module for each thing. Standard library only: it is what installs all the rest."""
