//! The shapes of an instance's configuration files.
