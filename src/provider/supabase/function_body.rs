//! The files of a function, as the service gives them: a form (RFC 7578) with a part `metadata` and
//! a part for each file, whose path is in `Supabase-Path` or is the file's name.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Context, Error, Kind, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionFile {
    pub path: String,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionBody {
    /// The path of the file that is run, where the answer says it.
    pub entrypoint: Option<String>,
    /// By their paths.
    pub files: Vec<FunctionFile>,
}

#[derive(Deserialize)]
struct Metadata {
    deno2_entrypoint_path: Option<String>,
}

impl FunctionBody {
    /// Files by their paths, whatever order they came in.
    pub fn new(entrypoint: Option<String>, mut files: Vec<FunctionFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        FunctionBody { entrypoint, files }
    }

    pub(super) async fn read(kind: &str, body: Bytes) -> Result<FunctionBody> {
        let wrong = || "the answer isn't a form with files".to_owned();
        let boundary = multer::parse_boundary(kind).context(Kind::Parse, wrong)?;
        let whole = stream::once(async move { Ok::<_, Infallible>(body) });
        let mut form = multer::Multipart::new(whole, boundary);
        let (mut entrypoint, mut files) = (None, Vec::new());
        while let Some(field) = form.next_field().await.context(Kind::Parse, wrong)? {
            let name = field.name().unwrap_or_default().to_owned();
            let header = field.headers().get("supabase-path");
            let path = header
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .or_else(|| field.file_name().map(str::to_owned));
            let bytes = field.bytes().await.context(Kind::Parse, wrong)?;
            match path {
                Some(path) => files.push(FunctionFile { path, bytes }),
                None if name == "metadata" && !bytes.is_empty() => {
                    let read: Metadata =
                        serde_json::from_slice(&bytes).context(Kind::Parse, wrong)?;
                    entrypoint = read.deno2_entrypoint_path;
                }
                None => {}
            }
        }
        match files.is_empty() {
            true => Err(Error::new(Kind::Parse, "there are none in the answer")),
            false => Ok(FunctionBody::new(entrypoint, files)),
        }
    }

    /// The file that a path or a `file:` address names: the one whose whole path is its end.
    pub fn named(&self, name: &str) -> Option<&str> {
        let name = decoded(name.strip_prefix("file://").unwrap_or(name));
        let ends = |path: &str| match name.strip_suffix(path) {
            Some(before) => before.is_empty() || before.ends_with('/'),
            None => false,
        };
        let paths = self.files.iter().map(|file| file.path.as_str());
        paths
            .filter(|path| ends(path))
            .max_by_key(|path| path.len())
    }

    /// SHA-256 over paths and contents, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            hash.update((file.path.len() as u64).to_be_bytes());
            hash.update(file.path.as_bytes());
            hash.update((file.bytes.len() as u64).to_be_bytes());
            hash.update(&file.bytes);
        }
        let digest = hash.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Without percent-encoding (RFC 3986).
fn decoded(text: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let value = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, value) {
            (b'%', Some(value)) => {
                out.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"deno2_entrypoint_path\":\"source/index.ts\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"index.ts\"\r\n\
        Supabase-Path: source/index.ts\r\n\r\nDeno.serve()\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"source/a/index.ts\"\r\n\r\n\
        \r\n--b--\r\n";

    #[tokio::test]
    async fn a_form_is_read_and_files_are_found_by_their_names() {
        let kind = "multipart/form-data; boundary=b";
        let body = FunctionBody::read(kind, Bytes::from_static(FORM.as_bytes()));
        let body = body.await.unwrap();
        assert_eq!(body.entrypoint.as_deref(), Some("source/index.ts"));
        let paths: Vec<_> = body.files.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["source/a/index.ts", "source/index.ts"]);
        assert!(body.files[0].bytes.is_empty());
        let named = |name| body.named(name);
        assert_eq!(
            named("file:///tmp/user_fn_x_1/source/index.ts"),
            Some("source/index.ts")
        );
        assert_eq!(named("source%2Fa/index.ts"), Some("source/a/index.ts"));
        assert_eq!(named("file:///tmp/resource/index.ts"), None);
        assert_eq!(named("index.ts"), None);
    }

    #[tokio::test]
    async fn anything_else_is_no_function() {
        for (kind, text) in [
            ("application/json", "{}"),
            ("multipart/form-data; boundary=b", "--b--\r\n"),
            ("multipart/form-data; boundary=b", "--b\r\n"),
        ] {
            let read = FunctionBody::read(kind, Bytes::from(text)).await;
            assert!(read.is_err(), "{kind} {text}");
        }
    }

    #[test]
    fn digests_tell_files_apart() {
        let body = |files: &[(&str, &'static str)]| {
            let files = files.iter().map(|(path, text)| FunctionFile {
                path: (*path).into(),
                bytes: Bytes::from(*text),
            });
            FunctionBody::new(None, files.collect()).digest()
        };
        let one = body(&[("a", "1"), ("b", "2")]);
        assert_eq!(one, body(&[("b", "2"), ("a", "1")]));
        assert_ne!(one, body(&[("a", "2"), ("b", "1")]));
        assert_ne!(one, body(&[("a", "1")]));
    }
}
