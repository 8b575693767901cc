//! Where everything stands, for any size of the terminal.

use ratatui::layout::Rect;

use super::state::{Focus, State};

/// The areas of the panes that are shown; the others are `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    pub list: Option<Rect>,
    pub detail: Option<Rect>,
    pub jobs: Option<Rect>,
    /// One line for the running job, where the jobs themselves aren't shown.
    pub strip: Option<Rect>,
    pub log: Option<Rect>,
    pub footer: Rect,
}

impl State {
    pub fn areas(&self) -> Areas {
        let (w, h) = self.size;
        let body = Rect::new(0, 1, w, h.saturating_sub(2));
        let mut areas = Areas {
            header: Rect::new(0, 0, w, 1.min(h)),
            footer: Rect::new(0, h.saturating_sub(1), w, 1.min(h)),
            ..Areas::default()
        };
        if self.log.is_some() {
            areas.log = Some(body);
        } else if self.wide() {
            self.side_by_side(body, &mut areas);
        } else {
            self.one_at_a_time(body, &mut areas);
        }
        areas
    }

    fn side_by_side(&self, body: Rect, areas: &mut Areas) {
        let jobs_height = self.jobs_height(body.height);
        let top = body.height - jobs_height;
        let list_width = (body.width * 2 / 5).clamp(50, 78);
        areas.list = Some(Rect::new(body.x, body.y, list_width, top));
        areas.detail = Some(Rect::new(
            body.x + list_width,
            body.y,
            body.width - list_width,
            top,
        ));
        areas.jobs = Some(Rect::new(body.x, body.y + top, body.width, jobs_height));
    }

    /// The height depends on whether something runs, not on how far it is: nothing jumps.
    fn jobs_height(&self, body: u16) -> u16 {
        let busy = self.jobs.rows.iter().any(|j| self.jobs.level(j) > 0);
        let most = (body * 2 / 5).clamp(6, 18);
        if busy || self.focus == Focus::Jobs {
            most
        } else {
            let rows = u16::try_from(self.jobs.rows.len()).unwrap_or(u16::MAX);
            rows.clamp(1, 3) + 2
        }
    }

    fn one_at_a_time(&self, body: Rect, areas: &mut Areas) {
        let mut body = body;
        if self.focus != Focus::Jobs && self.jobs.active().next().is_some() {
            body.height = body.height.saturating_sub(1);
            areas.strip = Some(Rect::new(body.x, body.bottom(), body.width, 1));
        }
        match self.focus {
            Focus::List => areas.list = Some(body),
            Focus::Detail => areas.detail = Some(body),
            Focus::Jobs => areas.jobs = Some(body),
        }
    }
}

/// The area of a popup of this many cells inside, in the middle of the screen, a little above it.
pub fn centred(size: (u16, u16), width: u16, height: u16) -> Rect {
    let width = (width + 4).min(size.0.saturating_sub(2)).max(1);
    let height = (height + 2).min(size.1.saturating_sub(2)).max(1);
    Rect::new(
        size.0.saturating_sub(width) / 2,
        size.1.saturating_sub(height) * 2 / 5,
        width,
        height,
    )
}

/// The area within a pane's frame: one column of air at both sides.
pub fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(2),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

/// Rows inside a frame.
pub fn inside(area: Option<Rect>) -> usize {
    area.map_or(0, |a| usize::from(a.height.saturating_sub(2)))
}
