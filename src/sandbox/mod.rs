//! The local stand-in for the providers.
