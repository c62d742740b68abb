"""What a terminal gets besides plain lines: colours, wrapped lines, and progress."""
