//! Where a function's code names the source: it's people's to change, so it's listed.

use crate::domain::reference::{Leftover, Reason, Rewriter};
use crate::provider::supabase::FunctionBody;

/// One entry for each place. Files that aren't text have no lines.
pub fn residues(slug: &str, body: &FunctionBody, rewriter: &Rewriter) -> Vec<Leftover> {
    let mut left = Vec::new();
    for file in &body.files {
        let text = String::from_utf8_lossy(&file.bytes);
        let binary = std::str::from_utf8(&file.bytes).is_err();
        for residue in rewriter.residues(&text) {
            let before = text.get(..residue.at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let reason = match residue.reason {
                _ if binary => Reason::Binary,
                // code stays as it is, byte by byte
                Reason::NotRewritten => Reason::Definition("edge function".into()),
                other => other,
            };
            left.push(Leftover {
                place: format!("function {slug}: {}:{line}", file.path),
                row: None,
                names: residue.names,
                reason,
            });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::domain::reference::{ReferenceKind, ReferenceMap};
    use crate::provider::supabase::FunctionFile;

    #[test]
    fn every_place_is_listed_with_its_line() {
        let mut map = ReferenceMap::default();
        let (from, to) = ("abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg");
        map.add(ReferenceKind::ProjectRef, from, to);
        let file = |path: &str, bytes: &[u8]| FunctionFile {
            path: path.into(),
            bytes: Bytes::copy_from_slice(bytes),
        };
        let files = vec![
            file(
                "a.ts",
                b"// one\nfetch(\"https://abcdefghijklmnopqrst.supabase.co\")\n",
            ),
            file("b.wasm", b"\xff abcdefghijklmnopqrst"),
            file("c.ts", b"fetch(Deno.env.get(\"SUPABASE_URL\"))"),
        ];
        let body = FunctionBody::new(None, files);
        let left = residues("f", &body, &map.compile().unwrap());
        let seen: Vec<_> = left.iter().map(|l| (&*l.place, &l.reason)).collect();
        let code = Reason::Definition("edge function".into());
        assert_eq!(
            seen,
            [
                ("function f: a.ts:2", &code),
                ("function f: b.wasm:1", &Reason::Binary)
            ]
        );
    }
}
