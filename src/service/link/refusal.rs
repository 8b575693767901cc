//! Why a site doesn't let the account in, in words that say what to do.

use crate::error::{Error, Kind};
use crate::provider::atlassian::Atlassian;
use crate::provider::http::{Cause, Failure};

/// The failure of the first call, which asks whose account it is.
pub async fn of_account(site: &Atlassian, product: &str, failure: Failure) -> Error {
    let (url, email) = (site.base_url(), site.email());
    let said = |kind, message: String, hint: String| Error::new(kind, message).hint(hint);
    match failure.cause {
        Cause::Status(401) => said(
            Kind::Provider,
            format!("{url} doesn't accept the token of {email} (401)."),
            "Check that the token belongs to that e-mail address and hasn't expired; make a new one at id.atlassian.com/manage-profile/security/api-tokens.".into(),
        ),
        Cause::Status(403) => said(
            Kind::Provider,
            format!("{email} may not use {product} on {url} (403)."),
            format!("Ask the site's administrator for access to {product}. After several wrong passwords, sign in once in a browser."),
        ),
        Cause::Status(300..=399) => said(
            Kind::NotFound,
            format!("{url} sends whoever asks on to another address: it's no Atlassian site."),
            "Use the address under which the site opens in a browser, such as https://example.atlassian.net.".into(),
        ),
        // a page for people is no answer either
        Cause::Status(404) | Cause::Malformed => match site.cloud_id().await {
            Ok(Some(_)) => said(
                Kind::NotFound,
                format!("The site {url} has no {product}."),
                format!("Ask the site's administrator to add {product}, or leave out what needs it."),
            ),
            _ => said(
                Kind::NotFound,
                format!("{url} answers, and is no Atlassian site."),
                "Check the address; a site's is such as https://example.atlassian.net.".into(),
            ),
        },
        _ => failure.into(),
    }
}
