//! Which values are secret, how they are masked, and how they are kept out of texts.

/// What stands on a screen in place of a secret. Its length says nothing about the value's.
pub const MASK: &str = "••••••••••";
