"""One file a kind of evidence; `identities/registry.py` lists them."""
