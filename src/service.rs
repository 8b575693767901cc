//! The one façade for the command line and the screen.
