//! A project's edge functions: which there are, their files, and deploying them.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::provider::http::{Part, Repeat};
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::function_body::{FunctionBody, FunctionFile};
use crate::provider::supabase::types::ProjectRef;

/// What the service says of a function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Function {
    pub id: String,
    pub slug: String,
    pub name: String,
    /// `ACTIVE`, `REMOVED`, `THROTTLED`.
    pub status: String,
    pub version: u32,
    /// Callers need one of the project's tokens.
    pub verify_jwt: Option<bool>,
    /// A path, or a `file:` address of where it was built.
    pub entrypoint_path: Option<String>,
    pub import_map_path: Option<String>,
}

/// A function as it's to be.
#[derive(Debug, Clone)]
pub struct Deployment<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub verify_jwt: bool,
    /// Paths among the files.
    pub entrypoint: &'a str,
    pub import_map: Option<&'a str>,
    pub files: &'a [FunctionFile],
}

impl Supabase {
    pub async fn functions(&self, project: &ProjectRef) -> Result<Vec<Function>> {
        let request = self.project_request(
            Method::GET,
            project,
            "/functions",
            format!("list the functions of the project {project}"),
        );
        let all: Vec<Function> = self.fetch(&request).await?;
        Ok(all.into_iter().filter(|f| f.status != "REMOVED").collect())
    }

    /// A function's files. They're in memory: the service takes 20 MB for one function.
    ///
    /// Errors: `Parse` where the service gives no files, as of functions that very old programs
    /// deployed.
    pub async fn function_body(&self, project: &ProjectRef, slug: &str) -> Result<FunctionBody> {
        let what = format!("read the function {slug} of the project {project}");
        let request = self
            .project_request(
                Method::GET,
                project,
                &format!("/functions/{}/body", checked(slug)?),
                what,
            )
            .header("accept", "multipart/form-data");
        let answer = self.send(&request).await?;
        let kind = answer.header("content-type").unwrap_or_default();
        FunctionBody::read(kind, answer.body.clone())
            .await
            .map_err(|error| {
                let message = format!("The files of the function {slug} can't be read");
                Error::new(Kind::Parse, format!("{message}: {}.", error.message))
            })
    }

    /// Makes a function, or puts another version of it in its place. The same files a second time
    /// make another version of the same, so this is sent again where an answer is lost.
    pub async fn deploy_function(
        &self,
        project: &ProjectRef,
        new: &Deployment<'_>,
    ) -> Result<Function> {
        let mut metadata = json!({
            "name": new.name,
            "entrypoint_path": new.entrypoint,
            "verify_jwt": new.verify_jwt,
        });
        if let (Some(fields), Some(path)) = (metadata.as_object_mut(), new.import_map) {
            fields.insert("import_map_path".into(), path.into());
        }
        let mut parts = vec![Part::text("metadata", metadata.to_string())];
        for file in new.files {
            if file.path.contains(['"', '\r', '\n']) {
                let path = file.path.escape_debug();
                return Err(Error::refused(format!(
                    "The file \"{path}\" of the function {} has a name that can't be sent.",
                    new.slug
                )));
            }
            parts.push(Part::bytes("file", &file.path, file.bytes.clone()));
        }
        let request = self
            .project_request(
                Method::POST,
                project,
                "/functions/deploy",
                format!("deploy the function {} to the project {project}", new.slug),
            )
            .query("slug", new.slug)
            .form(parts)
            .repeat(Repeat::Safe);
        Ok(self.fetch(&request).await?)
    }

    /// Deletes a function; one that isn't there is as good.
    pub async fn delete_function(&self, project: &ProjectRef, slug: &str) -> Result<()> {
        let request = self
            .project_request(
                Method::DELETE,
                project,
                &format!("/functions/{}", checked(slug)?),
                format!("delete the function {slug} of the project {project}"),
            )
            .accept(404);
        self.send(&request).await?;
        Ok(())
    }
}

/// A slug becomes a part of a path.
fn checked(slug: &str) -> Result<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    match !slug.is_empty() && slug.bytes().all(plain) {
        true => Ok(slug),
        false => Err(Error::new(
            Kind::Provider,
            format!("\"{}\" is not a function's slug.", slug.escape_debug()),
        )),
    }
}
