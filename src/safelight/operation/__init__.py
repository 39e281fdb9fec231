"""One operation's folder: where its stores lie and how it is set up."""
