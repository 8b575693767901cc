//! Hyperlinks in a terminal (OSC 8, Egmont Koblinger's "Hyperlinks in terminal emulators").
//!
//! A cell can't carry an address, and a sequence within its symbol would count as columns. So the
//! sequences stand around the cells: what is drawn goes to the terminal in runs, each within one
//! link or outside of all, and every run begins with a move of the cursor. Columns are not touched.
//!
//! Only cells that changed are drawn. Where a link changes and the words below it don't, its cells
//! are drawn afresh, or they would go on leading to where they led before.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::queue;
use ratatui::crossterm::style::Print;
use ratatui::layout::{Position, Size};

use super::link::Link;

/// The links of the frame that is drawn, and what has to be drawn for them besides what changed.
#[derive(Debug, Default)]
pub(super) struct Links {
    now: Vec<Link>,
    afresh: Vec<(u16, u16, Cell)>,
}

impl Links {
    /// The next frame's links, and the frame itself.
    pub(super) fn renew(&mut self, links: Vec<Link>, buffer: &Buffer) {
        self.afresh.clear();
        let changed = |a: &[Link], b: &[Link]| -> Vec<Link> {
            a.iter().filter(|link| !b.contains(link)).cloned().collect()
        };
        let old = changed(&self.now, &links);
        let new = changed(&links, &self.now);
        for link in old.iter().chain(&new) {
            for x in link.x..link.x.saturating_add(link.cells()) {
                let there = |(column, row, _): &(u16, u16, Cell)| (*column, *row) == (x, link.y);
                if let Some(cell) = buffer.cell(Position::new(x, link.y))
                    && !self.afresh.iter().any(there)
                {
                    self.afresh.push((x, link.y, cell.clone()));
                }
            }
        }
        self.now = links;
    }
}

/// A terminal whose cells may be links.
pub(super) struct LinkBackend<W: Write> {
    inner: CrosstermBackend<W>,
    links: Rc<RefCell<Links>>,
}

impl<W: Write> LinkBackend<W> {
    pub(super) fn new(writer: W, links: Rc<RefCell<Links>>) -> Self {
        LinkBackend {
            inner: CrosstermBackend::new(writer),
            links,
        }
    }
}

impl<W: Write> Write for LinkBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for LinkBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let links = self.links.borrow();
        if links.now.is_empty() && links.afresh.is_empty() {
            return self.inner.draw(content);
        }
        put_all(&mut self.inner, &links.now, content)?;
        let afresh = links.afresh.iter().map(|(x, y, cell)| (*x, *y, cell));
        put_all(&mut self.inner, &links.now, afresh)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.inner.append_lines(n)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

fn put_all<'a, W: Write>(
    inner: &mut CrosstermBackend<W>,
    links: &[Link],
    content: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut run: Vec<(u16, u16, &Cell)> = Vec::new();
    let mut within: Option<&Link> = None;
    for (x, y, cell) in content {
        let link = links.iter().find(|link| link.contains(x, y));
        if link != within && !run.is_empty() {
            put(inner, within, &run)?;
            run.clear();
        }
        within = link;
        run.push((x, y, cell));
    }
    put(inner, within, &run)
}

fn put<W: Write>(
    inner: &mut CrosstermBackend<W>,
    within: Option<&Link>,
    run: &[(u16, u16, &Cell)],
) -> io::Result<()> {
    if run.is_empty() {
        return Ok(());
    }
    if let Some(link) = within {
        queue!(inner, Print(format!("\x1b]8;;{}\x1b\\", link.url)))?;
    }
    inner.draw(run.iter().copied())?;
    if within.is_some() {
        queue!(inner, Print("\x1b]8;;\x1b\\"))?;
    }
    Ok(())
}

/// Whether this terminal is known to show hyperlinks; others may print the sequences as text.
/// `FORCE_HYPERLINK` says it for one that isn't known, and `FORCE_HYPERLINK=0` that it doesn't.
pub(super) fn supported(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if let Some(forced) = variable("FORCE_HYPERLINK").filter(|value| !value.is_empty()) {
        return forced != "0";
    }
    let term = variable("TERM").unwrap_or_default();
    if matches!(term.as_str(), "" | "dumb" | "linux") {
        return false;
    }
    let terms = [
        "xterm-kitty",
        "xterm-ghostty",
        "alacritty",
        "foot",
        "wezterm",
        "contour",
    ];
    let programs = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"];
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    terms.iter().any(|name| term.starts_with(name))
        || variable("TERM_PROGRAM").is_some_and(|name| programs.contains(&name.as_str()))
        || vte.is_some_and(|version| version >= 5000)
        || [
            "WT_SESSION",
            "KONSOLE_VERSION",
            "KITTY_WINDOW_ID",
            "DOMTERM",
        ]
        .iter()
        .any(|name| is(name))
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const ONE: &str = "https://example.atlassian.net/browse/ONE";
    const TWO: &str = "https://example.atlassian.net/browse/TWO";

    fn link(words: &str, url: &str) -> Link {
        Link {
            x: 2,
            y: 0,
            words: words.into(),
            url: url.into(),
        }
    }

    /// What was written.
    #[derive(Clone, Default)]
    struct Paper(Rc<RefCell<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A terminal that remembers what was written, and the frame that it shows.
    struct Shown {
        backend: LinkBackend<Paper>,
        paper: Paper,
        links: Rc<RefCell<Links>>,
        before: Buffer,
    }

    impl Shown {
        fn new() -> Shown {
            let links = Rc::<RefCell<Links>>::default();
            let paper = Paper::default();
            Shown {
                backend: LinkBackend::new(paper.clone(), links.clone()),
                paper,
                links,
                before: Buffer::empty(Rect::new(0, 0, 60, 1)),
            }
        }

        /// What is written for the next frame: some words with a link on the first of them.
        fn frame(&mut self, words: &str, links: Vec<Link>) -> String {
            let mut buffer = Buffer::empty(self.before.area);
            buffer.set_string(2, 0, words, Style::new());
            self.links.borrow_mut().renew(links, &buffer);
            let changed = self.before.diff(&buffer);
            self.paper.0.borrow_mut().clear();
            self.backend.draw(changed.into_iter()).unwrap();
            self.before = buffer;
            String::from_utf8(self.paper.0.borrow().clone()).unwrap()
        }
    }

    /// The text between the sequences of links, and all without any sequence.
    fn read(written: &str) -> (String, String) {
        let (mut linked, mut all, mut inside) = (String::new(), String::new(), false);
        let mut rest = written;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("\x1b]8;;") {
                let (url, after) = after.split_once("\x1b\\").unwrap();
                inside = !url.is_empty();
                rest = after;
            } else if let Some(after) = rest.strip_prefix("\x1b[") {
                let end = after.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                rest = &after[end + 1..];
            } else {
                all.push(c);
                if inside {
                    linked.push(c);
                }
                rest = &rest[c.len_utf8()..];
            }
        }
        (linked, all)
    }

    #[test]
    fn a_link_stands_around_its_cells_and_moves_nothing() {
        let mut shown = Shown::new();
        let plain = shown.frame("PROJ · 3 ação", Vec::new());
        assert!(!plain.contains("\x1b]8"));
        let mut shown = Shown::new();
        let written = shown.frame("PROJ · 3 ação", vec![link("PROJ", ONE)]);
        assert!(written.contains(&format!("\x1b]8;;{ONE}\x1b\\")));
        let (linked, _) = read(&written);
        // drawn once for the change and once for the link
        assert_eq!(linked, "PROJPROJ");
        // whatever is drawn stands where its cursor was moved to, as without links
        assert!(written.ends_with("\x1b]8;;\x1b\\"));
        assert!(written.contains("\x1b[1;3H") && written.contains("\x1b[1;8H"));
    }

    #[test]
    fn a_link_that_changes_under_the_same_words_is_drawn_afresh() {
        let mut shown = Shown::new();
        shown.frame("PROJ", vec![link("PROJ", ONE)]);
        let same = shown.frame("PROJ", vec![link("PROJ", ONE)]);
        assert_eq!(read(&same).1, "");
        let other = shown.frame("PROJ", vec![link("PROJ", TWO)]);
        assert!(other.contains(TWO) && !other.contains(ONE));
        assert_eq!(read(&other).0, "PROJ");
        // and one that is gone leaves plain words
        let gone = shown.frame("PROJ", Vec::new());
        assert_eq!(read(&gone), (String::new(), "PROJ".to_owned()));
        assert_eq!(read(&shown.frame("PROJ", Vec::new())).1, "");
    }

    #[test]
    fn only_terminals_that_are_known_get_links() {
        let with = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            supported(move |name| {
                let found = pairs.iter().find(|(n, _)| n == name);
                found.map(|(_, value)| value.clone())
            })
        };
        assert!(!with(&[]) && !with(&[("TERM", "xterm-256color")]));
        assert!(!with(&[("TERM", "linux"), ("WT_SESSION", "1")]));
        assert!(with(&[("TERM", "xterm-kitty")]));
        assert!(with(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]));
        assert!(!with(&[
            ("TERM", "xterm-256color"),
            ("VTE_VERSION", "4600")
        ]));
        assert!(with(&[
            ("TERM", "xterm-256color"),
            ("TERM_PROGRAM", "WezTerm")
        ]));
        assert!(with(&[
            ("TERM", "xterm-256color"),
            ("FORCE_HYPERLINK", "1")
        ]));
        assert!(!with(&[("TERM", "xterm-kitty"), ("FORCE_HYPERLINK", "0")]));
    }
}
