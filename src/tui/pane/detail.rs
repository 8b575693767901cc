//! The detail of the selected instance: a frame with tabs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::layout;
use crate::tui::link::Link;
use crate::tui::state::{Focus, State, Tab};
use crate::tui::theme::Role;
use crate::tui::widget::frame;

use super::{activity, overview, style, title};

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let focused = state.focus == Focus::Detail;
    let name = state
        .selected()
        .map_or("Detail".to_owned(), |i| i.name.to_string());
    let inner = super::frame(state, focused)
        .title(heading(state, name, focused))
        .right(tabs(state, focused))
        .draw(area, buffer);
    if state.selected().is_none() {
        if state.instances.loaded {
            let lines = [
                "The selected instance shows its database, its environment and what happened in it here.",
            ];
            super::empty(state, &lines, inner, buffer);
        }
        return;
    }
    match state.tab {
        Tab::Env => super::env::draw(state, focused, area, inner, buffer),
        Tab::Configs => super::configs::draw(state, focused, area, inner, buffer),
        Tab::Overview | Tab::Activity => {
            let lines = lines(state, usize::from(inner.width));
            let len = lines.len();
            super::put_lines(lines.into_iter(), state.scroll, inner, buffer);
            let bar = style(state, if focused { Role::Accent } else { Role::Dim });
            frame::scroll_bar(
                area,
                state.scroll,
                len,
                usize::from(inner.height),
                bar,
                buffer,
            );
        }
    }
}

/// The instance's name; in the Env tab with how much is unsaved and how much is marked.
fn heading(state: &State, name: String, focused: bool) -> Line<'static> {
    let mut spans = vec![title(state, name, focused)];
    if let (Tab::Env, Some(editor)) = (state.tab, state.env.editor.ready()) {
        let counted = |n: usize, one: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {one}s")),
        };
        let changes = state.env.view.changes.max(usize::from(editor.dirty()));
        for part in [
            counted(changes, "change"),
            counted(state.env.view.marks, "mark"),
        ]
        .into_iter()
        .flatten()
        {
            spans.push(super::dim(state, format!(" · {part}")));
        }
    }
    Line::from(spans)
}

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    match state.tab {
        Tab::Activity => activity::lines(state, width),
        _ => overview::lines(state, width),
    }
}

/// Where the pane, drawn in `area`, leads to an address.
pub fn links(state: &State, area: Rect) -> Vec<Link> {
    if state.tab != Tab::Overview {
        return Vec::new();
    }
    let inner = layout::inner(area);
    let found = overview::links(state, usize::from(inner.width)).into_iter();
    let shown = found.filter_map(|(line, column, words, url)| {
        let row = u16::try_from(line.checked_sub(state.scroll)?).ok()?;
        let column = u16::try_from(column).ok()?;
        (row < inner.height).then(|| Link {
            x: inner.x.saturating_add(column),
            y: inner.y.saturating_add(row),
            words,
            url,
        })
    });
    shown.collect()
}

/// How many lines the overview or the activity has now.
pub fn line_count(state: &State) -> usize {
    let width = state
        .areas()
        .detail
        .map_or(0, |a| a.width.saturating_sub(4));
    let _ = layout::inside;
    lines(state, usize::from(width)).len()
}

fn tabs(state: &State, focused: bool) -> Line<'static> {
    let mut spans = Vec::new();
    for tab in Tab::ALL {
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        let style = match (tab == state.tab, focused) {
            (true, true) => state.theme.bold(Role::Accent).underlined(),
            (true, false) => state.theme.style(Role::Strong).underlined(),
            (false, _) => state.theme.style(Role::Dim),
        };
        spans.push(Span::styled(tab.title(), style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use crate::domain::instance::AtlassianPlace;
    use crate::tui::draw;
    use crate::tui::msg::Msg;
    use crate::tui::state::State;
    use crate::tui::state::sample;
    use crate::tui::update::update;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    const URL: &str = "https://a-rather-long-name-of-an-example.atlassian.net/browse/EXAMPLE";

    fn with_a_project() -> State {
        let mut state = sample::three();
        let mut rows = state.instances.rows.clone();
        for row in &mut rows {
            row.jira = Some(AtlassianPlace {
                key: "EXAMPLE".into(),
                url: Some(URL.into()),
                count: Some(65),
            });
        }
        update(&mut state, Msg::Instances(Ok(rows)));
        state
    }

    #[test]
    fn the_project_and_every_line_of_its_address_lead_there() {
        for (columns, rows) in [(120, 36), (200, 50)] {
            let mut state = with_a_project();
            update(&mut state, Msg::Resize(columns, rows));
            let area = Rect::new(0, 0, columns, rows);
            let mut buffer = Buffer::empty(area);
            draw::draw(&state, area, &mut buffer);
            let links = draw::links(&state, &buffer);
            assert!(links.iter().all(|link| link.url == URL), "{links:?}");
            let words: Vec<&str> = links.iter().map(|link| link.words.as_str()).collect();
            assert_eq!(words.first(), Some(&"EXAMPLE"), "{columns}");
            assert_eq!(words[1..].concat(), URL, "{columns}");
        }
    }
}
