//! Pieces to draw with. They know text, styles and areas, and nothing of what Matriz is about.

pub mod area;
pub mod bar;
pub mod columns;
pub mod field;
pub mod frame;
pub mod spinner;
pub mod text;
pub mod window;
