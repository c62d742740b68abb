"""What a run did: in a few lines for a person, and as pip's installation report for machines."""
