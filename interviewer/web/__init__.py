"""The interface in a browser: the only room that imports textual-serve, an optional extra."""
