"""Work on hostile bytes in supervised children: a crash, a hang or a memory blow-up costs the item that
caused it.

Own process control, because no library does it (measured on one machine; each line is a reason):
pebble and billiard name the batch that died, never the item, and lose the rest of it; concurrent.futures,
loky and joblib break the whole pool and lose many batches; multiprocessing.Pool waits for ever on a killed
worker; none ends a grandchild, and bisecting a failed batch runs the hostile item again and again.
"""
