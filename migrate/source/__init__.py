"""Where items come from: parallel scans now; exports and streams join here."""
