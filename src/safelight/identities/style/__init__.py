"""How an account writes, compared with how the others of its cohort write.

`text.py` takes out what is not style, `counts.py` counts what is left, `cohort.py` turns counts into vectors by what
tells accounts of this very cohort apart, `index.py` scores and finds neighbours, `model.py` says what a score means.
"""
