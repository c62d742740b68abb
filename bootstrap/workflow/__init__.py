"""The main flow: from a Config to an installed installer and the hand-off to it."""
