//! `doctor`: what two instances mustn't share, what doesn't belong where it stands, and the look before
//! a commit. Each finding is planted in a workspace that is clean otherwise.

mod clean;
mod command;
mod company;
mod fixes;
mod place;
mod planted;
mod staged;
