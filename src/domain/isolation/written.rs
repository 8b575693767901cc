//! Project refs that a text names, by the words around them.

/// A ref is 20 small letters.
pub(super) const REF_LENGTH: usize = 20;

pub(super) fn is_ref(text: &str) -> bool {
    text.len() == REF_LENGTH && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// The refs in a text, in their order: a host `REF.supabase.co`, a path `/projects/REF`, a parameter
/// `project_ref=REF`, an option `--project-ref=REF`. Twenty letters elsewhere may be a word.
pub(super) fn refs_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        let Some(from) = start.take() else { continue };
        let (word, before, after) = (&text[from..at], &text[..from], &text[at..]);
        let introduced = ["/projects/", "project_ref=", "project-ref=", "/project/"]
            .iter()
            .any(|words| before.ends_with(words));
        if is_ref(word) && (introduced || after.starts_with(".supabase.")) {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_a_ref_say_that_it_is_one() {
        let r = "abcdefghijklmnopqrst";
        for text in [
            format!("https://{r}.supabase.co/rest/v1"),
            format!("db.{r}.supabase.co"),
            format!("http://127.0.0.1:54321/projects/{r}"),
            format!("https://mcp.supabase.com/mcp?project_ref={r}&read_only=true"),
            format!("--project-ref={r}"),
        ] {
            assert_eq!(refs_in(&text), [r], "{text}");
        }
        for text in [
            "internationalization",
            "/projects/short",
            "/projects/abcdefghijklmnopqrstu",
        ] {
            assert!(refs_in(text).is_empty(), "{text}");
        }
    }
}
