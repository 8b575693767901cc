//! A comparison as lines of text, side by side where there is room.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Comparison, Row, Section, Side};

/// Below this, the two sides stand under each other.
const NARROW: usize = 60;

/// The lines, none wider than `width` cells (at least 20). `all`: with what is the instances' own.
pub fn text(comparison: &Comparison, width: usize, all: bool) -> Vec<String> {
    let width = width.max(20);
    let names = comparison.sections.iter().flat_map(|s| shown(s, all));
    let widest = names.map(|row| row.name.width()).max().unwrap_or(0);
    let sheet = Sheet::new(width, widest);
    let mut lines = sheet.row("", &comparison.left, &comparison.right);
    for section in &comparison.sections {
        lines.push(String::new());
        lines.push(cut(&heading(section, all), width));
        for row in shown(section, all) {
            let (left, right) = (words(&row.left), words(&row.right));
            let mark = if row.own { "= " } else { "  " };
            lines.extend(sheet.row(&format!("{mark}{}", row.name), &left, &right));
        }
        lines.extend(
            section
                .missing
                .iter()
                .map(|why| cut(&format!("? {why}"), width)),
        );
    }
    lines
}

fn shown(section: &Section, all: bool) -> impl Iterator<Item = &Row> {
    section.rows.iter().filter(move |row| all || !row.own)
}

fn heading(section: &Section, all: bool) -> String {
    let title = section.part.title();
    let differ = match section.unexpected().count() {
        0 if !section.missing.is_empty() && section.equal == 0 => {
            return format!("{title}: not compared");
        }
        0 if section.rows.is_empty() && section.equal == 0 => return format!("{title}: none"),
        0 => "no difference".to_owned(),
        1 => "1 differs".to_owned(),
        n => format!("{n} differ"),
    };
    let mut text = format!("{title}: {differ}, {} equal", section.equal);
    match section.own() {
        0 => {}
        n if all => text.push_str(&format!(", {n} the instances' own (=)")),
        n => text.push_str(&format!(", {n} the instances' own (not shown)")),
    }
    text
}

fn words(side: &Side) -> String {
    match side {
        Side::Missing => "missing".to_owned(),
        Side::Value(text) if text.is_empty() => "empty".to_owned(),
        Side::Value(text) => text.replace(char::is_control, " "),
        Side::Fingerprint(digits) => format!("secret {digits}"),
    }
}

struct Sheet {
    width: usize,
    name: usize,
    side: usize,
}

impl Sheet {
    fn new(width: usize, widest: usize) -> Self {
        let name = (widest + 2).min(width * 2 / 5);
        Sheet {
            width,
            name,
            side: width.saturating_sub(name + 4) / 2,
        }
    }

    fn row(&self, name: &str, left: &str, right: &str) -> Vec<String> {
        if self.width < NARROW {
            let lines = [
                name.to_owned(),
                format!("    < {left}"),
                format!("    > {right}"),
            ];
            let lines = lines.iter().filter(|line| !line.is_empty());
            return lines.map(|line| cut(line, self.width)).collect();
        }
        let name = pad(&cut(name, self.name), self.name);
        let left = pad(&cut(left, self.side), self.side);
        let right = cut(right, self.side);
        vec![format!("{name}  {left}  {right}").trim_end().to_owned()]
    }
}

fn pad(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(blanks))
}

/// The beginning that fits, with a mark where something is left out.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        let cells = c.width().unwrap_or(0);
        if used + cells + 1 > width {
            break;
        }
        used += cells;
        out.push(c);
    }
    format!("{}…", out.trim_end())
}
