"""What the target's directories hold already, and who may write to them."""
