//! Cutting a text into its statements.

use crate::provider::postgres::copy::sql::token::{Kind, tokens};

/// The statements of `sql`, trimmed, each without its semicolon. Semicolons inside texts, names and
/// comments don't count. Not for function bodies written as `BEGIN ATOMIC`.
pub fn statements(sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    for token in tokens(sql) {
        if token.kind == Kind::Sign && token.text == ";" {
            push(&mut out, &mut current);
        } else {
            current.push_str(token.text);
        }
    }
    push(&mut out, &mut current);
    out
}

fn push(out: &mut Vec<String>, current: &mut String) {
    let text = current.trim();
    if tokens(text).iter().any(|token| token.counts()) {
        out.push(text.to_owned());
    }
    current.clear();
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn only_real_semicolons_end_a_statement() {
        let sql = "GRANT ALL ON \"a;b\" TO x;\n-- c;\nSELECT ';';;\n";
        assert_eq!(
            statements(sql),
            ["GRANT ALL ON \"a;b\" TO x", "-- c;\nSELECT ';'"]
        );
    }
}
