"""The verbs of the command line, by what they are about. Each calls one room, prints what came of it, and ends with an honest exit code."""
