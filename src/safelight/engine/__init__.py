"""Work on hostile bytes in supervised children: a crash, a hang or a memory blow-up costs the item that
caused it.

Own process control, because no library does it (measured on one machine; each line is a reason):
pebble and billiard name the batch that died, never the item, and lose the rest of it; concurrent.futures,
loky and joblib break the whole pool and lose many batches; multiprocessing.Pool waits for ever on a killed
worker; none ends a grandchild, and bisecting a failed batch runs the hostile item again and again.

What ends whom: `forkserver` adopts and ends what a child leaves behind, whatever session it moved to;
children die with the fork server; the fork server ends all when the supervisor dies. If supervisor and fork
server are killed in the same moment, a process that hid itself lives until the next supervisor on the same
spool finds it by its environment; one that was also started with an emptied environment is not found. A child
that runs as the same user could kill its supervisor on purpose: this is protection from accidents and
crashes, not a sandbox. A process in uninterruptible sleep (a dead disk) cannot be ended by anybody; it is
left behind after ten seconds and the work goes on without it.
"""
