//! The address of a site, as a person gives it.

use reqwest::Url;

use crate::error::{Error, Result};
use crate::provider::http::is_loopback;

/// `https://example.atlassian.net`: a host and perhaps a port, and nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAddress(Url);

impl SiteAddress {
    /// Takes `https://example.atlassian.net`, with or without `https://` and a slash at its end.
    /// Without encryption only on this machine.
    ///
    /// Errors: `Usage`, with the address that was meant where that can be told.
    pub fn parse(text: &str) -> Result<SiteAddress> {
        let text = text.trim();
        let whole = match text.contains("://") {
            true => text.to_owned(),
            false => format!("https://{text}"),
        };
        let url = Url::parse(&whole).map_err(|_| no_site(text))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let named = host.contains('.') || is_loopback(&host);
        if !matches!(url.scheme(), "http" | "https") || !named {
            return Err(no_site(text));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::usage("The address of a site holds no name and no password.")
                .hint("Give the e-mail address with --email, and the token with --token - (it's read from standard input)."));
        }
        let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
        if url.scheme() == "http" && !is_loopback(&host) {
            return Err(Error::usage(format!(
                "{host} would be asked without encryption, and the token would travel in the clear."
            ))
            .hint(format!("Use https://{host}{port}.")));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(Error::usage(format!(
                "\"{text}\" is a page of a site, and not the site's own address."
            ))
            .hint(format!("Use {}://{host}{port}.", url.scheme())));
        }
        Ok(SiteAddress(url))
    }

    /// Whole, without a slash at its end.
    pub fn url(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// As it stands in a configuration: the host alone, where it's reached by `https`.
    pub fn shown(&self) -> &str {
        let url = self.url();
        url.strip_prefix("https://").unwrap_or(url)
    }
}

fn no_site(text: &str) -> Error {
    Error::usage(format!(
        "\"{text}\" is not the address of an Atlassian site."
    ))
    .hint("An address looks like this: https://example.atlassian.net.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_site_is_a_host_and_nothing_behind_it() {
        for text in [
            "https://example.atlassian.net",
            " https://Example.atlassian.net/ ",
            "example.atlassian.net",
        ] {
            let site = SiteAddress::parse(text).unwrap();
            assert_eq!(site.url(), "https://example.atlassian.net");
            assert_eq!(site.shown(), "example.atlassian.net");
        }
        let local = SiteAddress::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(local.shown(), "http://127.0.0.1:8080");
    }

    #[test]
    fn what_is_no_site_is_said_with_what_was_meant() {
        for (text, hint) in [
            (
                "https://example.atlassian.net/wiki/spaces/X",
                "Use https://example.atlassian.net.",
            ),
            (
                "http://example.atlassian.net",
                "Use https://example.atlassian.net.",
            ),
            (
                "https://example.atlassian.net/?a=1",
                "Use https://example.atlassian.net.",
            ),
            ("https://a:example@example.atlassian.net", "--token -"),
            ("ftp://example.atlassian.net", "looks like this"),
            ("example", "looks like this"),
            ("", "looks like this"),
        ] {
            let error = SiteAddress::parse(text).unwrap_err();
            assert!(
                error.hint.as_deref().unwrap_or_default().contains(hint),
                "{text}: {error:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_taken_again(text in "(https://|http://)?[a-z0-9.:/-]{0,30}") {
            if let Ok(site) = SiteAddress::parse(&text) {
                prop_assert_eq!(SiteAddress::parse(site.shown()).unwrap(), site.clone());
                prop_assert_eq!(SiteAddress::parse(site.url()).unwrap(), site);
            }
        }
    }
}
