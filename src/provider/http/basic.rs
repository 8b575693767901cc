//! A name and a token, as `Authorization: Basic …` (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::secret::Secret;

/// Credentials of an account: Atlassian takes the e-mail address and an API token.
#[derive(Clone)]
pub struct Basic {
    pub user: String,
    token: Secret,
    /// As it stands in the header: as secret as the token.
    encoded: Secret,
}

impl Basic {
    pub fn new(user: impl Into<String>, token: &str) -> Self {
        let user = user.into();
        let encoded = Secret::new(STANDARD.encode(format!("{user}:{token}")));
        Basic {
            user,
            token: Secret::new(token),
            encoded,
        }
    }

    pub(super) fn header(&self) -> String {
        format!("Basic {}", self.encoded.reveal())
    }

    pub(super) fn secrets(&self) -> [&str; 2] {
        [self.token.reveal(), self.encoded.reveal()]
    }
}
