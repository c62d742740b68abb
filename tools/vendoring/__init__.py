"""The third-party libraries: their pins, their patches, and their types."""
