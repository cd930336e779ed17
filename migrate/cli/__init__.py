"""The command line: parse, call one flow, print. Only here are click and exit codes known."""
