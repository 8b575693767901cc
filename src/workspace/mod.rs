//! The disk: finding the root, instance folders, whole-file writes, selection.
