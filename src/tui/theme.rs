//! Colours and glyphs. Sixteen ANSI colours on the terminal's own background; every state has a
//! glyph and a word as well, so nothing is lost without colour.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::instance::InstanceState;
use crate::domain::job::JobState;
use crate::domain::progress::WorkState;

/// What a piece of text is, which decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Plain,
    Strong,
    /// Secondary: labels, hints, ages.
    Dim,
    /// Focus and the current instance.
    Accent,
    Good,
    Warn,
    Bad,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// False with `NO_COLOR`: bold and dim remain.
    pub color: bool,
}

impl Theme {
    pub fn style(&self, role: Role) -> Style {
        let colored = |color: Color| match self.color {
            true => Style::new().fg(color),
            false => Style::new(),
        };
        match role {
            Role::Plain => Style::new(),
            Role::Strong => Style::new().add_modifier(Modifier::BOLD),
            Role::Dim => Style::new().add_modifier(Modifier::DIM),
            Role::Accent if self.color => Style::new().fg(Color::Cyan),
            Role::Accent => Style::new().add_modifier(Modifier::BOLD),
            Role::Good => colored(Color::Green),
            Role::Warn => colored(Color::Yellow),
            Role::Bad => colored(Color::Red),
        }
    }

    pub fn bold(&self, role: Role) -> Style {
        self.style(role).add_modifier(Modifier::BOLD)
    }
}

/// How a state looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub glyph: &'static str,
    pub role: Role,
    /// The glyph turns while the screen is alive.
    pub turning: bool,
}

const fn mark(glyph: &'static str, role: Role) -> Mark {
    Mark {
        glyph,
        role,
        turning: false,
    }
}

const WORKING: Mark = Mark {
    glyph: "◐",
    role: Role::Accent,
    turning: true,
};

pub const CURRENT: &str = "▶";
pub const PROTECTED: &str = "⊘";
pub const ATTENTION: &str = "▲";
pub const FAILED: &str = "✕";
pub const READY: &str = "●";
pub const CHANGED: &str = "✎";
pub const BAR: &str = "▌";

pub fn instance(state: InstanceState) -> Mark {
    match state {
        InstanceState::New => mark("○", Role::Dim),
        InstanceState::Ready => mark("●", Role::Good),
        InstanceState::Working => WORKING,
        InstanceState::Starting => mark("◌", Role::Accent),
        InstanceState::Paused => mark("○", Role::Dim),
        InstanceState::Attention => mark(ATTENTION, Role::Warn),
        InstanceState::Failed => mark(FAILED, Role::Bad),
        InstanceState::Unknown => mark("·", Role::Dim),
    }
}

pub fn job(state: JobState) -> Mark {
    match state {
        JobState::Planned => mark("◌", Role::Accent),
        JobState::Running => WORKING,
        JobState::Cancelling => Mark {
            glyph: "◌",
            role: Role::Warn,
            turning: true,
        },
        JobState::Interrupted => mark(ATTENTION, Role::Warn),
        JobState::Done => mark("●", Role::Good),
        JobState::Failed => mark(FAILED, Role::Bad),
        JobState::Cancelled => mark("○", Role::Dim),
    }
}

pub fn work(state: WorkState) -> Mark {
    match state {
        WorkState::Pending => mark("·", Role::Dim),
        WorkState::Running => WORKING,
        WorkState::Done => mark("●", Role::Good),
        WorkState::Skipped => mark("○", Role::Dim),
        WorkState::Failed => mark(FAILED, Role::Bad),
        WorkState::Undoing => Mark {
            glyph: "◌",
            role: Role::Warn,
            turning: true,
        },
        WorkState::Undone => mark("○", Role::Dim),
    }
}

pub fn work_word(state: WorkState) -> &'static str {
    match state {
        WorkState::Pending => "waiting",
        WorkState::Running => "running",
        WorkState::Done => "done",
        WorkState::Skipped => "already there",
        WorkState::Failed => "failed",
        WorkState::Undoing => "cleaning up",
        WorkState::Undone => "taken back",
    }
}
