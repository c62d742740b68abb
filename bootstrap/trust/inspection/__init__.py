"""Looking at a server's certificates without believing them: for explanations and for doctor."""
