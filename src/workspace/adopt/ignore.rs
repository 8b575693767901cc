//! Lines for `.gitignore`: what is ignored stays ignored, and the instances' secrets are.

/// What every workspace's git has to ignore.
const OWN: [&str; 3] = ["instances/*/.env", "instances/*/mcp.json", ".matriz/"];

/// The lines to add to a `.gitignore` that has this text, when these names move below `core/`: with a
/// line's end before them where the text has none. Empty where nothing is missing.
pub(super) fn lines(text: &str, moved: &[&str]) -> String {
    let there: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut new: Vec<String> = Vec::new();
    // patterns that name a place have to name the new one, too
    for line in &there {
        if let Some(line) = followed(line, moved)
            && !there.contains(&line.as_str())
            && !new.contains(&line)
        {
            new.push(line);
        }
    }
    for own in OWN {
        let mut lines = there.iter();
        if !lines.any(|line| line.trim_start_matches('/') == own) {
            new.push(own.to_owned());
        }
    }
    if new.is_empty() {
        return String::new();
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        end
    };
    format!("{before}{}{end}", new.join(end))
}

/// The pattern for the new place, where this one is bound to an old one (gitignore(5): a pattern with
/// a slash at its beginning or in its middle is relative to the file's own folder).
fn followed(line: &str, moved: &[&str]) -> Option<String> {
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (not, pattern) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", line),
    };
    let bare = pattern.strip_prefix('/').unwrap_or(pattern);
    let bound = pattern.starts_with('/') || bare.trim_end_matches('/').contains('/');
    let first = bare.split('/').next().unwrap_or_default();
    let wild = first != "**" && first.contains(['*', '?', '[']);
    let names = moved.contains(&first) || (wild && bare.trim_end_matches('/').contains('/'));
    (bound && names).then(|| format!("{not}/core/{bare}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_name_a_place_follow_it() {
        let text = "# mine\n/backend/dist/\n!backend/dist/keep\nnode_modules/\n*.log\n*/tmp\n**/cache\n/other\n.env\nscripts/\n";
        let lines = lines(text, &["scripts", "backend"]);
        assert_eq!(
            lines,
            "/core/backend/dist/\n!/core/backend/dist/keep\n/core/*/tmp\ninstances/*/.env\ninstances/*/mcp.json\n.matriz/\n"
        );
        // a second time nothing is missing
        assert_eq!(
            super::lines(&format!("{text}{lines}"), &["scripts", "backend"]),
            ""
        );
    }

    #[test]
    fn the_files_own_line_ends_are_kept() {
        assert_eq!(
            lines("/.matriz/\r\nx", &[]),
            "\r\ninstances/*/.env\r\ninstances/*/mcp.json\r\n"
        );
    }
}
