//! The ways in which a token may be written: as it is, percent-encoded (RFC 3986, section 2.1) once
//! or twice, and with the slashes escaped as some writers of JSON do.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    PercentUpper,
    PercentLower,
    /// Percent-encoded, and that again: an address in a parameter of an address in a parameter.
    Twice,
    Slashes,
}

const ALL: [Form; 5] = [
    Form::Plain,
    Form::PercentUpper,
    Form::PercentLower,
    Form::Twice,
    Form::Slashes,
];

impl Form {
    pub fn write(self, text: &str) -> String {
        match self {
            Form::Plain => text.to_owned(),
            Form::PercentUpper => percent(text, |byte| format!("%{byte:02X}")),
            Form::PercentLower => percent(text, |byte| format!("%{byte:02x}")),
            Form::Twice => percent(text, |byte| format!("%25{byte:02X}")),
            Form::Slashes => text.replace('/', "\\/"),
        }
    }
}

/// A token in all its forms, each text once.
pub(super) fn forms(token: &str) -> Vec<(Form, String)> {
    let mut out: Vec<(Form, String)> = Vec::new();
    for form in ALL {
        let text = form.write(token);
        if out.iter().all(|(_, other)| *other != text) {
            out.push((form, text));
        }
    }
    out
}

/// Every byte that isn't unreserved, written by `escape`.
fn percent(text: &str, escape: impl Fn(u8) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&escape(byte));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_has_one_form_and_an_address_has_five() {
        assert_eq!(forms("abcdefghijklmnopqrst").len(), 1);
        let all: Vec<String> = forms("a://b").into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            all,
            [
                "a://b",
                "a%3A%2F%2Fb",
                "a%3a%2f%2fb",
                "a%253A%252F%252Fb",
                "a:\\/\\/b"
            ]
        );
    }
}
