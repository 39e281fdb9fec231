"""A module as a broken native library makes it: importing it ends the process."""

import os
import sys

sys.stderr.write("last words of the import")
sys.stderr.flush()
os._exit(9)
